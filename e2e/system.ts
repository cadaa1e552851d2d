import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test as base, expect } from '@playwright/test';
import { readLauncherFile } from '../scripts/launch/data-dir.ts';
import type { LaunchEvent } from '../scripts/launch/reporter.ts';
import { SHOP } from '../scripts/plan.ts';
import { call } from './api.ts';
import { Guard } from './guard.ts';

const START = fileURLToPath(new URL('../scripts/start.ts', import.meta.url));
/** A cold start builds the dashboard as well. */
const READY_WITHIN_MS = 180_000;

/** The real system, started for the test run on free ports and a data directory of its own. */
export interface System {
  /** Base URLs. */
  dashboard: string;
  otlpHttp: string;
  gateway: string;
  dataDir: string;
  /** Pid of each process that runs now, by name (`orders`, `web`, `postgres`, ...). */
  processes: ReadonlyMap<string, number>;
  launcherPid: number;
  /** Every event line so far. */
  events: readonly LaunchEvent[];
  /** Base URL of a process that listens, by name: for asking it behind the back of everything between. */
  urlOf(name: string): string;
  /** Connection URL of a service's database, `broker` included. */
  postgresUrl(service: string): string;
  /** Graceful end; resolves to the exit code. Without a call the fixture ends it. */
  stop(): Promise<number | null>;
}

/** Starts the launcher as `npm start` does, and resolves when everything is healthy. */
export async function startSystem(
  options: { args?: string[]; env?: Record<string, string>; dataDir?: string } = {},
): Promise<System> {
  const dataDir = options.dataDir ?? temporaryFolder();
  const args = [START, '--port', '0', '--json', '--data-dir', dataDir, ...(options.args ?? [])];
  const env = { ...process.env, ...options.env };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const events: LaunchEvent[] = [];
  const processes = new Map<string, number>();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-8_000);
  });
  const ready = await readUntilReady(child, (event) => {
    events.push(event);
    if (event.event !== 'process') return;
    if (event.state === 'exited' || event.state === 'killed') processes.delete(event.name);
    else processes.set(event.name, event.pid);
  }).catch((cause: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`the system did not start: ${lastWords(events)}\n${errors}`, { cause });
  });
  return {
    dashboard: ready.dashboard,
    otlpHttp: ready.otlpHttp,
    gateway: ready.gateway ?? '',
    dataDir,
    processes,
    launcherPid: child.pid ?? 0,
    events,
    urlOf: (name) => {
      const said = events.findLast((event) => event.event === 'process' && event.name === name);
      if (said?.event !== 'process' || said.port === 0) throw new Error(`${name} does not listen`);
      return `http://127.0.0.1:${said.port}`;
    },
    postgresUrl: (service) => {
      const url = readLauncherFile(dataDir).databases[service];
      if (url === undefined) throw new Error(`${service} has no database`);
      return url;
    },
    stop: () => stop(child),
  };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stormglass-e2e-'));
  // Postgres runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  return folder;
}

type Ready = Extract<LaunchEvent, { event: 'ready' }>;

function readUntilReady(child: ChildProcess, on: (event: LaunchEvent) => void): Promise<Ready> {
  if (child.stdout === null) throw new Error('the launcher has no stdout');
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('not ready in time')), READY_WITHIN_MS);
    lines.on('line', (line) => {
      const event: LaunchEvent = JSON.parse(line);
      on(event);
      if (event.event !== 'ready') return;
      clearTimeout(late);
      resolve(event);
    });
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the launcher ended with code ${code}`));
    });
  });
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  return child.exitCode;
}

function lastWords(events: readonly LaunchEvent[]): string {
  const error = events.findLast((event) => event.event === 'error');
  return error === undefined ? 'it said nothing' : `${error.message} (${error.next})`;
}

/** Healthy services may still be on their way to the dashboard; until then nothing can be hurt or triggered. */
async function agentsConnected({ dashboard }: System): Promise<void> {
  const connected = async () =>
    (await call(dashboard, 'agents')).agents.filter((agent) => agent.connected).map(({ service }) => service);
  const wanted = [...SHOP.map(({ service }) => service), 'queue-agent'];
  await expect.poll(connected, { timeout: 120_000 }).toEqual(expect.arrayContaining(wanted));
}

/** Orders a second: enough for every page to have something. The browser takes its part of two cores. */
export const USUAL_RATE = 1;

/**
 * Playwright's `test` with the system: started once for each worker, ended after its last test. A scenario with a page
 * fails on what goes wrong in it, unless its `guard` was told.
 */
export const test = base.extend<{ guard: Guard }, { system: System }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern.
  guard: async ({}, use) => use(new Guard()),
  context: async ({ context, guard }, use) => {
    guard.watch(context);
    await use(context);
    expect(guard.wrongs, 'what went wrong in the browser').toEqual([]);
  },
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern.
    async ({}, use) => {
      const system = await startSystem({ env: { LOAD_RATE: String(USUAL_RATE) } });
      try {
        await agentsConnected(system);
        await use(system);
      } finally {
        // Also when its agents did not come: the next test starts another system.
        await system.stop();
        rmSync(system.dataDir, { recursive: true, force: true });
      }
    },
    { scope: 'worker', timeout: READY_WITHIN_MS + 60_000 },
  ],
});

export { expect };
