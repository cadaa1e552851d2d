import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Running {
  child: ChildProcess;
  url: string;
  /** Lines it wrote to stderr so far. */
  stderr: string[];
  /** `host:port` as in a peer service mapping. */
  address: string;
  stop(): Promise<void>;
}

const SERVICE = fileURLToPath(new URL('service.ts', import.meta.url));
const REGISTER = new URL('../register.ts', import.meta.url).href;
/** Does nothing but to faults of its own name. */
const SABOTEUR = new URL('saboteur.ts', import.meta.url).href;

/** Starts the test service in its own process with the agent, and waits until it listens. */
export async function runService(
  name: string,
  env: Record<string, string>,
  main: string = SERVICE,
): Promise<Running> {
  const child = spawn(process.execPath, ['--import', REGISTER, '--import', SABOTEUR, main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OTEL_SERVICE_NAME: name, ...env },
  });
  const stderr: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said: unknown = JSON.parse(line);
      if (typeof said === 'object' && said !== null && 'port' in said) resolve(Number(said.port));
    });
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code}: ${stderr.join('\n')}`)));
  });
  return {
    child,
    stderr,
    url: `http://127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
