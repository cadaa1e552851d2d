import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from './fixtures/ports.ts';
import { commandLine, isAlive } from './process-info.ts';

const LAUNCHER = fileURLToPath(new URL('fixtures/launcher.ts', import.meta.url));
const within5s = { timeout: 5_000, interval: 20 };

interface Said {
  pid: number;
  admin: string;
  orders: string;
  undone: string[];
  armed: { ok: boolean } | null;
}

let folder: string;
let launchers: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  // Postgres runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  launchers = [];
});
afterEach(async () => {
  for (const launcher of launchers) {
    if (launcher.exitCode !== null || launcher.signalCode !== null) continue;
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

async function launch(mode = ''): Promise<{ launcher: ChildProcess; said: Said }> {
  const port = await freePort();
  const launcher = spawn(process.execPath, [LAUNCHER, folder, String(port), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  launchers.push(launcher);
  const [line] = await once(launcher.stdout, 'data');
  return { launcher, said: JSON.parse(line) };
}

async function ask<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

function processesOn(path: string): string[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map((pid) => commandLine(Number(pid))).filter((line) => line.includes(path));
}

const isOpen = async (said: Said) =>
  (
    await ask<{ datallowconn: boolean }>(
      said.admin,
      "select datallowconn from pg_database where datname = 'orders'",
    )
  )[0]?.datallowconn;

describe('embedded Postgres', () => {
  test('stops within 5 s of its launcher being killed, and keeps what it acknowledged', async () => {
    const first = await launch();
    await ask(first.said.orders, 'create table paid (id int); insert into paid values (1)');
    first.launcher.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(first.said.pid)).toBe(false), within5s);
    const second = await launch();
    expect(await ask(second.said.orders, 'select id from paid')).toEqual([{ id: 1 }]);
  });

  test.runIf(existsSync('/proc/self'))(
    'is begun anew when its launcher was killed while the cluster was made, and nothing runs on meanwhile',
    async () => {
      const first = spawn(process.execPath, [LAUNCHER, folder, String(await freePort()), ''], {
        stdio: 'ignore',
      });
      launchers.push(first);
      const making = join(folder, 'postgres.making');
      await vi.waitUntil(() => existsSync(join(making, 'PG_VERSION')), { timeout: 60_000, interval: 5 });
      first.kill('SIGKILL');
      await vi.waitFor(() => expect(processesOn(making)).toEqual([]), within5s);
      const second = await launch();
      expect(await ask(second.said.orders, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(existsSync(making)).toBe(false);
    },
  );

  test('is reclaimed by the next start while the old server still runs', async () => {
    const first = await launch();
    // An open session holds off the shutdown of a killed launcher's server a little.
    const session = new pg.Client({ connectionString: first.said.orders });
    session.on('error', () => undefined);
    await session.connect();
    first.launcher.kill('SIGKILL');
    const second = await launch();
    expect(isAlive(first.said.pid)).toBe(false);
    expect(await ask(second.said.orders, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('comes back when the server itself is killed', async () => {
    const { said } = await launch();
    process.kill(said.pid, 'SIGKILL');
    await vi.waitFor(() => ask(said.orders, 'select 1'), { timeout: 15_000, interval: 50 });
  });

  test('lets a role into its own database only', async () => {
    const { said } = await launch();
    const other = said.orders.replace(/\/orders$/, '/postgres');
    await expect(ask(said.orders, 'select 1')).resolves.toHaveLength(1);
    await expect(ask(other.replace('/postgres', '/template1'), 'create table t()')).rejects.toThrow();
  });

  test('a database that was closed when the launcher was killed is opened by the next start', async () => {
    const first = await launch('outage');
    expect(first.said.armed).toMatchObject({ ok: true });
    expect(await isOpen(first.said)).toBe(false);
    await expect(ask(first.said.orders, 'select 1')).rejects.toThrow('not currently accepting connections');
    first.launcher.kill('SIGKILL');
    const second = await launch();
    expect(second.said.undone.join()).toContain('datallowconn = true');
    expect(await isOpen(second.said)).toBe(true);
  });
});
