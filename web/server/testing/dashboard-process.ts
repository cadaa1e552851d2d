import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const MAIN = join(import.meta.dirname, '../main.ts');

/** The real dashboard in a process of its own, without pages. */
export interface DashboardProcess {
  url: string;
  /** A call that must succeed; the answer as it came. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** A port that nobody listens on, so that a dashboard that is started again can be found where it was. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Resolves when it answers. */
export async function startDashboardProcess(
  env: Record<string, string> & { PORT: string; STORMGLASS_DATA_DIR: string },
): Promise<DashboardProcess> {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, STORMGLASS_NO_PAGES: '1', LOG_LEVEL: 'error', ...env },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${env.PORT}`;
  const call: DashboardProcess['call'] = async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  await eventually(() => call('GET', '/api/health'));
  return {
    url,
    call,
    signal: (signal) => {
      child.kill(signal);
    },
    kill: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}
