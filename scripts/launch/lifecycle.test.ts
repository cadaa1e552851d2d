import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@stormglass/agents/host';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { readLauncherFile } from './data-dir.ts';
import type { LaunchEvent } from './reporter.ts';

const START = fileURLToPath(new URL('../start.ts', import.meta.url));

interface Running {
  launcher: ChildProcess;
  pids: Map<string, number>;
  urls: string[];
}

let folder: string;
let launchers: ChildProcess[];
/** The one that started after the other was killed. */
let running: Running;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  // Postgres runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  launchers = [];
});
afterAll(async () => {
  for (const launcher of launchers) {
    if (launcher.exitCode !== null || launcher.signalCode !== null) continue;
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The whole system without pages, which this is not about. */
async function startAll(): Promise<Running> {
  const launcher = spawn(process.execPath, [START, '--json', '--port', '0', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, STORMGLASS_NO_PAGES: '1' },
  });
  launchers.push(launcher);
  const pids = new Map<string, number>();
  for await (const line of createInterface({ input: launcher.stdout })) {
    const event: LaunchEvent = JSON.parse(line);
    if (event.event === 'process') pids.set(event.name, event.pid);
    if (event.event === 'error') throw new Error(event.message);
    if (event.event === 'ready') return { launcher, pids, urls: [event.dashboard, event.otlpHttp] };
  }
  throw new Error('the launcher ended before it was ready');
}

const alive = ({ pids }: Running) => [...pids].filter(([, pid]) => isAlive(pid)).map(([name]) => name);

interface Journal {
  id: string;
  status: string;
  /** Instant, step, kind and attempt of each, sorted. */
  events: string[];
}

const ROW = 'status, at, step, kind, attempt';
/** Sagas which have ended, the oldest first: those of the first life. What makes a step give up is no event. */
const JOURNALS = `
  select s.id, s.outcome as status,
    array_agg(concat_ws(' ', floor(extract(epoch from at) * 1000), step, kind, attempt)) as events from (
    select id, outcome, created_at from saga
    union all select saga_id, outcome, created_at from choreography) s
  join (select saga_id, ${ROW} from saga_step union all select saga_id, ${ROW} from choreography_step) j on j.saga_id = s.id
  where s.outcome is not null and j.status <> 'GIVE_UP'
  group by s.id, s.outcome, s.created_at order by s.created_at limit 200`;

async function journals(): Promise<Journal[]> {
  const client = new pg.Client({ connectionString: readLauncherFile(folder).databases.orders });
  await client.connect();
  const { rows } = await client.query<Journal>(JOURNALS).finally(() => client.end());
  return rows.map((row) => ({ ...row, events: row.events.toSorted() }));
}

const Row = z.object({ at: z.number(), step: z.string(), kind: z.string(), attempt: z.number() });
const SagaAnswer = z.object({ status: z.string(), journal: z.array(Row) });
const soon = { timeout: 90_000, interval: 500 };

/** The same of the telemetry store, as the dashboard shows it. */
const stored = (rows: readonly Journal[]): Promise<Journal[]> =>
  Promise.all(
    rows.map(async ({ id }) => {
      const answer = await fetch(`${running.urls[0]}/api/sagas/${id}`);
      const saga = SagaAnswer.parse(await answer.json());
      const events = saga.journal.map(({ at, step, kind, attempt }) => `${at} ${step} ${kind} ${attempt}`);
      return { id, status: saga.status, events: events.toSorted() };
    }),
  );

/** Two starts of everything, on a machine that may have other work. */
const WITHIN = { timeout: 300_000 };

describe('the launcher', WITHIN, () => {
  test('after kill -9 its children are gone within 5 s, and the next start works on the same data', async () => {
    const first = await startAll();
    expect(alive(first)).toEqual(
      expect.arrayContaining(['postgres', 'collector', 'web', 'orders', 'loadgen']),
    );
    // Sagas that have ended, and with them some that are under way.
    await vi.waitFor(async () => expect((await journals()).length).toBeGreaterThan(20), soon);
    first.launcher.kill('SIGKILL');
    await vi.waitFor(() => expect(alive(first)).toEqual([]), { timeout: 5_000, interval: 50 });
    running = await startAll();
    expect(alive(running)).toContain('postgres');
  });

  test('no saga event is lost or doubled by that: the stored journals are those of the databases', async () => {
    expect((await journals()).length).toBeGreaterThan(20);
    // Read anew each time: a choreographed saga that has ended may still hear of a step that is long done.
    await vi.waitFor(async () => {
      const rows = await journals();
      expect(await stored(rows)).toEqual(rows);
    }, soon);
  });

  test('Ctrl-C ends everything: no process, no port, no lock file', async () => {
    running.launcher.kill('SIGINT');
    await once(running.launcher, 'exit');
    expect(running.launcher.exitCode).toBe(0);
    expect(alive(running)).toEqual([]);
    expect(existsSync(join(folder, 'launcher.json'))).toBe(false);
    for (const url of running.urls) await expect(fetch(url)).rejects.toThrow();
  });
});
