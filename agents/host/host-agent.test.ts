import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Lease } from '../contract/index.ts';
import { TestHub } from '../node/testing/hub.ts';
import { freePort } from './fixtures/ports.ts';
import { type HostAgent, startHostAgent } from './host-agent.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { isAlive, isStopped } from './process-info.ts';
import { answers } from './process-spec.ts';
import { Supervisor } from './supervisor.ts';

const SERVER = fileURLToPath(new URL('fixtures/server.ts', import.meta.url));
const soon = { timeout: 15_000, interval: 20 };

let folder: string;
let supervisor: Supervisor;
let postgres: Postgres;
let orders: string;
let hub: TestHub;
let host: HostAgent;
/** Closed, no new process of `orders` passes its ready check. */
let mayBeReady = true;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'host-'));
  // Postgres runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  supervisor = new Supervisor({ logDir: join(folder, 'logs'), onEvent: () => undefined });
  postgres = await startPostgres({ supervisor, dataDir: folder, port: await freePort() });
  orders = await postgres.database('orders');
  await postgres.database('payments');
  await startServer();
  hub = await TestHub.start();
  host = await startHostAgent({
    supervisor,
    adminUrl: postgres.adminUrl,
    journal: join(folder, 'undo.jsonl'),
    hub: hub.url,
    key: null,
    version: 'test',
    reach: ['orders', 'payments'],
    proxyApi: null,
    startedAt: 0,
    onUndone: () => undefined,
  });
});
afterAll(async () => {
  await host.close();
  await hub.close();
  await supervisor.stop(supervisor.names());
  rmSync(folder, { recursive: true, force: true });
});

async function startServer(name = 'orders', instance = 'orders-1'): Promise<void> {
  const portFile = join(folder, `port-${name}`);
  await supervisor.start({
    name,
    service: 'orders',
    instance,
    command: process.execPath,
    args: [SERVER],
    env: { PATH: process.env.PATH ?? '', PORT_FILE: portFile },
    cwd: folder,
    ready: async () =>
      mayBeReady && existsSync(portFile) && answers(`http://127.0.0.1:${readFileSync(portFile, 'utf8')}`),
    beforeStart: async () => rmSync(portFile, { force: true }),
    stopSignal: 'SIGTERM',
    stopWithinMs: 3_000,
    startWithinMs: 10_000,
  });
}

let faults = 0;
function lease(action: object, target: object, remainingMs = 60_000): Lease {
  faults++;
  const spec = { action, target };
  return Lease.parse({ faultId: `f${faults}`, owner: 'test', spec, ttlMs: 60_000, remainingMs });
}

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

const database = (service: string) => ({ kind: 'database', service });
const proc = (service: string) => ({ kind: 'process', service });

describe('a locked table', () => {
  const lock = (table: string) => lease({ type: 'lock_contention', table }, database('orders'));
  /** What a statement of somebody else says within half a second. */
  async function counting(): Promise<string> {
    const client = new pg.Client({ connectionString: orders, statement_timeout: 500 });
    await client.connect();
    try {
      await client.query('create table if not exists parcel (id int)');
      await client.query('select count(*) from parcel');
      return 'counted';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    } finally {
      await client.end();
    }
  }

  test('lets no statement through until it is released, and is read back', async () => {
    expect(await counting()).toBe('counted');
    const fault = lock('parcel');
    expect(await host.arm(fault)).toMatchObject({ ok: true });
    // 57014: cancelled by the statement's own time limit.
    expect(await counting()).toBe('57014');
    const end = await host.release(fault.faultId);
    expect(end).toMatchObject({ reverted: true, readBack: '0 locks held on parcel of orders' });
    expect(await counting()).toBe('counted');
  });

  test('opens by itself when its time is over', async () => {
    await counting();
    await host.arm(lease({ type: 'lock_contention', table: 'parcel' }, database('orders'), 300));
    await vi.waitFor(async () => expect(await counting()).toBe('counted'), soon);
  });

  test('that is not there is refused by name', async () => {
    expect(await host.arm(lock('nothing'))).toMatchObject({ ok: false, code: 'target_absent' });
  });
});

describe('a database outage', () => {
  test('ends sessions, refuses new ones, and leaves other databases alone', async () => {
    const session = new pg.Client({ connectionString: orders });
    const ended = new Promise((resolve) => session.on('error', resolve));
    await session.connect();
    const fault = lease({ type: 'database_outage' }, database('orders'));
    expect(await host.arm(fault)).toMatchObject({ ok: true });
    await ended;
    expect(await connects(orders)).toBe(false);
    expect(await connects(await postgres.database('payments'))).toBe(true);
    const told = { faultId: fault.faultId, service: 'orders', count: 1 };
    await vi.waitFor(() => expect(hub.injections).toContainEqual(expect.objectContaining(told)), soon);
    const end = await host.release(fault.faultId);
    expect(end).toMatchObject({ reverted: true, readBack: 'datallowconn = true', injections: 1 });
    expect(await connects(orders)).toBe(true);
  });

  test('ends by itself when its time is over', async () => {
    await host.arm(lease({ type: 'database_outage' }, database('orders'), 300));
    await vi.waitFor(async () => expect(await connects(orders)).toBe(true), soon);
  });

  test('is refused while another one holds the same database', async () => {
    const fault = lease({ type: 'database_outage' }, database('orders'));
    await host.arm(fault);
    expect(await host.arm(lease({ type: 'database_outage' }, database('orders')))).toMatchObject({
      ok: false,
      code: 'conflict',
    });
    await host.release(fault.faultId);
    expect(await connects(orders)).toBe(true);
  });

  test('that cannot be undone at once, since the server is down, is undone when it answers again', async () => {
    const fault = lease({ type: 'database_outage' }, database('orders'));
    expect(await host.arm(fault)).toMatchObject({ ok: true });
    const [server] = supervisor.ofService('postgres');
    const pid = server?.end('SIGKILL', 2_000) ?? 0;
    // A busy machine delivers the signal late.
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), soon);
    expect(await host.release(fault.faultId)).toMatchObject({ reverted: false });
    await vi.waitFor(async () => expect(await connects(orders)).toBe(true), {
      timeout: 40_000,
      interval: 100,
    });
    // It lets connections in a little before it is read back and given free for the next fault.
    await vi.waitFor(async () => {
      const next = lease({ type: 'database_outage' }, database('orders'));
      expect(await host.arm(next)).toMatchObject({ ok: true });
      expect(await host.release(next.faultId)).toMatchObject({ reverted: true });
    }, soon);
  });

  test('is given to one of two that ask at the same moment, and to the next one after its end', async () => {
    const pair = [1, 2].map(() => lease({ type: 'database_outage' }, database('orders')));
    const answers = await Promise.all(pair.map((fault) => host.arm(fault)));
    expect(answers.map((answer) => answer.ok).sort()).toEqual([false, true]);
    expect(await connects(orders)).toBe(false);
    for (const fault of pair) await host.release(fault.faultId);
    expect(await connects(orders)).toBe(true);
    const next = lease({ type: 'database_outage' }, database('orders'));
    expect(await host.arm(next)).toMatchObject({ ok: true });
    await host.release(next.faultId);
  });
});

describe('a process fault', () => {
  test('kill: the process dies, comes back, and the lease ends as completed', async () => {
    const managed = supervisor.get('orders');
    const pid = managed.pid ?? 0;
    const fault = lease({ type: 'process_kill', restartAfterMs: 50 }, proc('orders'));
    expect(await host.arm(fault)).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), soon);
    await vi.waitFor(() => expect(managed.state.kind).toBe('healthy'), soon);
    await vi.waitFor(async () => expect(await host.release(fault.faultId)).toBe(null), soon);
  });

  test('kill: a release brings the process back before its time', async () => {
    const managed = supervisor.get('orders');
    const pid = managed.pid;
    const fault = lease({ type: 'process_kill', restartAfterMs: 600_000 }, proc('orders'));
    await host.arm(fault);
    const end = await host.release(fault.faultId);
    expect(end).toMatchObject({ reverted: true, reason: 'released' });
    expect(managed.pid).not.toBe(pid);
    await vi.waitFor(() => expect(managed.state.kind).toBe('healthy'), soon);
  });

  test('kill: its end does not wait until the process that came back is ready', async () => {
    const managed = supervisor.get('orders');
    const fault = lease({ type: 'process_kill', restartAfterMs: 600_000 }, proc('orders'));
    await host.arm(fault);
    mayBeReady = false;
    expect(await host.release(fault.faultId)).toMatchObject({ reverted: true });
    expect(managed.state.kind).toBe('starting');
    mayBeReady = true;
    await managed.whenHealthy();
  });

  test('names one instance of a service: the other one lives on', async () => {
    await startServer('orders-2', 'orders-2');
    const first = supervisor.get('orders').pid;
    const second = supervisor.get('orders-2').pid ?? 0;
    const target = { ...proc('orders'), instance: 'orders-2' };
    expect(await host.arm(lease({ type: 'process_kill', restartAfterMs: 50 }, target))).toMatchObject({
      ok: true,
      detail: 'armed on orders-2',
    });
    await vi.waitFor(() => expect(isAlive(second)).toBe(false), soon);
    expect(supervisor.get('orders').pid).toBe(first);
    await vi.waitFor(() => expect(supervisor.get('orders-2').state.kind).toBe('healthy'), soon);
    const nobody = { ...proc('orders'), instance: 'orders-3' };
    expect(await host.arm(lease({ type: 'process_kill' }, nobody))).toMatchObject({
      ok: false,
      code: 'target_absent',
    });
    await supervisor.stop(['orders-2']);
  });

  test('pause: the process stands still until the lease ends, and the end is read back', async () => {
    const pid = supervisor.get('orders').pid ?? 0;
    const fault = lease({ type: 'process_pause' }, proc('orders'));
    await host.arm(fault);
    await vi.waitFor(() => expect(isStopped(pid)).toBe(true), soon);
    expect(await host.release(fault.faultId)).toMatchObject({ reverted: true, readBack: `pid ${pid} runs` });
    expect(isStopped(pid)).toBe(false);
  });
});

test.each(['collector', 'web', 'postgres', 'host'])('%s is protected', async (service) => {
  expect(await host.arm(lease({ type: 'process_kill' }, proc(service)))).toMatchObject({
    ok: false,
    code: 'target_protected',
  });
});

test('a service which was not started here is absent', async () => {
  expect(await host.arm(lease({ type: 'process_kill' }, proc('billing')))).toMatchObject({
    ok: false,
    code: 'target_absent',
  });
});
