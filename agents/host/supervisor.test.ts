import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProcessEvent } from '../contract/index.ts';
import { isAlive, isStopped } from './process-info.ts';
import { answers, type ProcessSpec } from './process-spec.ts';
import { Supervisor } from './supervisor.ts';

const SERVER = fileURLToPath(new URL('fixtures/server.ts', import.meta.url));
const soon = { timeout: 15_000, interval: 20 };

let folder: string;
let events: ProcessEvent[];
let supervisor: Supervisor;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  events = [];
  supervisor = new Supervisor({
    logDir: join(folder, 'logs'),
    onEvent: (event) => events.push(event),
    backoffMs: () => 20,
  });
});
afterEach(async () => {
  await supervisor.stop(supervisor.names());
  rmSync(folder, { recursive: true, force: true });
});

function spec(args: string[] = [SERVER]): ProcessSpec {
  const portFile = join(folder, 'port');
  return {
    name: 'shop',
    service: 'shop',
    instance: 'shop-1',
    command: process.execPath,
    args,
    env: { PATH: process.env.PATH ?? '', PORT_FILE: portFile },
    cwd: folder,
    ready: async () => existsSync(portFile) && answers(`http://127.0.0.1:${readFileSync(portFile, 'utf8')}`),
    beforeStart: async () => rmSync(portFile, { force: true }),
    stopSignal: 'SIGTERM',
    stopWithinMs: 3_000,
    startWithinMs: 10_000,
  };
}

const states = () => events.map((event) => event.state);

describe('the supervisor', () => {
  test('starts a process and says so when it can take work', async () => {
    await supervisor.start(spec());
    expect(states()).toEqual(['started', 'healthy']);
    expect(isAlive(supervisor.get('shop').pid ?? 0)).toBe(true);
  });

  test('restarts a process that dies by itself', async () => {
    await supervisor.start(spec());
    const first = supervisor.get('shop').pid ?? 0;
    process.kill(first, 'SIGKILL');
    await vi.waitFor(() => expect(states()).toContain('restarted'), soon);
    await supervisor.get('shop').whenHealthy();
    expect(supervisor.get('shop').pid).not.toBe(first);
    expect(states()).toEqual(['started', 'healthy', 'killed', 'restarted', 'healthy']);
  });

  test('kills on demand and brings the process back after the time that was asked for', async () => {
    await supervisor.start(spec());
    const managed = supervisor.get('shop');
    const pid = managed.end('SIGKILL', 3_600_000);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), soon);
    expect(managed.state.kind).toBe('waiting');
    managed.restartNow();
    await managed.whenHealthy();
    expect(managed.pid).not.toBe(pid);
  });

  test('terminates gracefully and starts again on restart', async () => {
    await supervisor.start(spec());
    await supervisor.restart('shop');
    expect(events.find((event) => event.state === 'exited')?.detail).toBe('exit code 0');
    expect(states().at(-1)).toBe('healthy');
  });

  test('pauses a process and lets it go on', async () => {
    await supervisor.start(spec());
    const managed = supervisor.get('shop');
    const pid = managed.pause();
    await vi.waitFor(() => expect(isStopped(pid)).toBe(true), soon);
    managed.resume();
    await vi.waitFor(() => expect(isStopped(pid)).toBe(false), soon);
    expect(states()).toEqual(['started', 'healthy', 'paused', 'resumed']);
  });

  test('does not call a process healthy that was paused while it started and is not ready yet', async () => {
    let mayBeReady = false;
    const { ready, ...rest } = spec();
    const starting = supervisor.start({ ...rest, ready: async () => mayBeReady && ready() });
    const managed = supervisor.get('shop');
    await managed.whenRunning();
    managed.pause();
    managed.resume();
    expect(managed.state.kind).toBe('starting');
    mayBeReady = true;
    await starting;
    expect(states()).toEqual(['started', 'paused', 'resumed', 'healthy']);
  });

  test('stops a paused process too, and leaves nothing behind', async () => {
    await supervisor.start(spec());
    const pid = supervisor.get('shop').pause();
    await supervisor.stop(['shop']);
    expect(isAlive(pid)).toBe(false);
    expect(supervisor.names()).toEqual([]);
  });

  test('gives up a process that cannot start, with its last lines', async () => {
    const failing = spec(['-e', 'console.error("no such table: orders"); process.exit(3)']);
    await expect(supervisor.start(failing)).rejects.toThrow(/exit code 3.*no such table: orders/s);
    expect(states().filter((state) => state === 'started')).toHaveLength(3);
  });

  test('shows the lines of this run only, not those of one that went before', async () => {
    const failing = (name: string, program: string) => ({ ...spec(['-e', program]), name });
    const old = failing('shop', 'console.error("an old trouble"); process.exit(3)');
    await expect(supervisor.start(old)).rejects.toThrow('an old trouble');
    await supervisor.stop(['shop']);
    const fresh = supervisor.start(failing('shop', 'console.error("the new one"); process.exit(3)'));
    const { message } = await fresh.then(
      () => new Error('it started'),
      (error: Error) => error,
    );
    expect(message).toContain('the new one');
    expect(message).not.toContain('an old trouble');
    await supervisor.stop(['shop']);
    await expect(supervisor.start(failing('shop', 'process.exit(3)'))).rejects.toThrow('it wrote nothing');
  });

  test('names a program that cannot be run', async () => {
    await expect(supervisor.start({ ...spec(), command: '/no/such/program' })).rejects.toThrow(
      '/no/such/program cannot be run',
    );
  });
});
