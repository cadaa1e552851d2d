import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, 'small-service/main.ts');
const REGISTER = join(import.meta.dirname, '../../../agents/node/register.ts');

export interface SmallService {
  url: string;
  stop(): Promise<void>;
}

/** Starts the small service with the real agent in its own process; resolves when it listens. */
export async function startService(name: string, env: Record<string, string>): Promise<SmallService> {
  const child = spawn(process.execPath, ['--import', REGISTER, MAIN], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, OTEL_SERVICE_NAME: name, STORMGLASS_CHAOS: 'on', ...env },
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => resolve(Number(JSON.parse(line).port)));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Sends requests to all of the addresses, one after the other, until it is stopped. */
export function sendTraffic(urls: readonly string[], perSecond: number): () => void {
  const timer = setInterval(() => {
    for (const url of urls) {
      // What a service answers is its own telemetry's to tell.
      fetch(url).then(
        (answer) => answer.arrayBuffer(),
        () => undefined,
      );
    }
  }, 1000 / perSecond);
  return () => clearInterval(timer);
}
