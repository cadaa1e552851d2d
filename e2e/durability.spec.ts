import { rmSync } from 'node:fs';
import { isAlive } from '@stormglass/agents/host';
import { call } from './api.ts';
import { sql } from './ledger.ts';
import { SPANS_PER_TRACE, startLoad } from './load.ts';
import { test as base, expect, type System, startSystem } from './system.ts';

/**
 * `kill -9` of every process, the launcher last, under load that this test makes itself. Everything the shop's own load
 * generator ordered meanwhile, at its rate, has to be right as well. Two that know nothing of each other die together to
 * save time; the campaign kills each by itself.
 */
const VICTIMS: readonly (readonly string[])[] = [
  ['gateway', 'auditor'],
  ['orders', 'queue-agent'],
  ['inventory', 'orderview'],
  ['payments', 'registry'],
  ['shipping', 'catalog'],
  ['shipping-2', 'identity'],
  ['notifications', 'loadgen'],
  ['outside-world', 'web'],
  ['collector'],
  ['postgres'],
];
const LOADGEN_RATE = 2;
const INVARIANTS = 14;
/** So long a service that failed is below its level, which is a minute else. */
const LEVEL_MS = 15_000;
/** After it nothing of a killed launcher may run. */
const GONE_WITHIN_MS = 5_000;

/** One installation: its data directory stays while launchers come and go. */
interface Installation {
  system: System;
  /** Starts it again after the end of its launcher, on ports of its own. */
  again(): Promise<void>;
}

const test = base.extend<{ own: Installation }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern.
  own: async ({}, use) => {
    const env = { LOAD_RATE: String(LOADGEN_RATE), AUDIT_LEVEL_MS: String(LEVEL_MS) };
    const first = await startSystem({ env });
    const { dataDir } = first;
    const own: Installation = {
      system: first,
      again: async () => {
        own.system = await startSystem({ env, dataDir });
      },
    };
    await use(own);
    await own.system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  },
});

/** Once in `npm test`; `npm run campaign -- process-kills` asks for more. */
const ROUNDS = Number(process.env.STORMGLASS_KILL_ROUNDS ?? 1);
const KILLS =
  process.env.STORMGLASS_KILL_ROUNDS === undefined ? VICTIMS : VICTIMS.flat().map((name) => [name]);

async function killAndAwaitReturn(system: System, names: readonly string[]): Promise<void> {
  const pids = names.map((name) => system.processes.get(name));
  const seen = system.events.length;
  for (const [index, pid] of pids.entries()) {
    if (pid === undefined) throw new Error(`${names[index]} does not run`);
    process.kill(pid, 'SIGKILL');
  }
  const healthy = () =>
    names.filter((name) =>
      system.events
        .slice(seen)
        .some((e) => e.event === 'process' && e.name === name && e.state === 'healthy'),
    );
  await expect.poll(healthy, { message: `${names} are healthy again` }).toEqual([...names]);
}

async function killLauncherAndStartAgain(own: Installation): Promise<void> {
  const { launcherPid, processes } = own.system;
  const children = new Map(processes);
  expect([...children.keys()]).toEqual(expect.arrayContaining(VICTIMS.flat()));
  process.kill(launcherPid, 'SIGKILL');
  const left = () => [...children].filter(([, pid]) => isAlive(pid)).map(([name]) => name);
  await expect.poll(left, { timeout: GONE_WITHIN_MS, intervals: [100] }).toEqual([]);
  await own.again();
}

/** Spans stored of each trace, asked in slices so that no answer is cut at its limit. */
async function spanCounts(system: System, from: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let slice = from; slice < Date.now(); slice += 30_000) {
    const q = JSON.stringify({ from: slice, to: slice + 30_000, service: 'durability', limit: 1000 });
    const found = await call(system.dashboard, 'traces', { input: { q } });
    expect(found.truncated).toBe(false);
    for (const trace of found.traces) counts.set(trace.traceId, trace.spanCount);
  }
  return counts;
}

function missing(acknowledgedIds: readonly string[], stored: ReadonlyMap<string, number>): string[] {
  return acknowledgedIds.filter((id) => !stored.has(id));
}

/** Every order there is, by whomever, against the provider's own statement: paid if and only if confirmed and kept. */
async function expectRightMoney(system: System, acknowledgedIds: readonly string[]): Promise<void> {
  const orders = await sql<{ id: string; status: string; amount: string }>(
    system,
    'orders',
    `select id, case when exists (select from saga where order_id = order_head.id and outcome = 'returned')
      then 'RETURNED' else status end as status, amount from order_head`,
  );
  const ids = new Set(orders.map((row) => row.id));
  expect(acknowledgedIds.filter((id) => !ids.has(id))).toEqual([]);
  const money = await sql<{ order_id: string; net: string }>(
    system,
    'outside-world',
    "select order_id, sum(case kind when 'capture' then amount when 'refund' then -amount else 0 end) as net from provider_statement group by order_id",
  );
  const net = new Map(money.map((row) => [row.order_id, Number(row.net)]));
  for (const { id, status, amount } of orders)
    expect(net.get(id) ?? 0, `${id} is ${status}`).toBe(status === 'CONFIRMED' ? Number(amount) : 0);
}

const WITH_OUTBOX = ['orders', 'inventory', 'payments', 'shipping', 'notifications'] as const;
const UNENDED = `select id, 'orchestrated' as mode from saga where ended_at is null
  union all select saga_id, 'choreographed' from choreography where ended_at is null`;

/** Every order is decided, every saga has ended, returns included, and every message has been given to the broker. */
async function expectNothingUnderWay(system: System): Promise<void> {
  const pending = () => sql(system, 'orders', "select id from order_head where status = 'PENDING'");
  await expect.poll(pending, { timeout: 120_000 }).toEqual([]);
  await expect.poll(() => sql(system, 'orders', UNENDED), { timeout: 120_000 }).toEqual([]);
  for (const service of WITH_OUTBOX) {
    const unsent = () => sql(system, service, 'select id, queue from outbox where sent_at is null');
    await expect.poll(unsent, { message: `unsent in ${service}` }).toEqual([]);
  }
}

/** The auditor's verdicts that are not OK, by its own metrics. */
async function notOk(system: System): Promise<string[]> {
  const metrics = await (await fetch(`${system.urlOf('auditor')}/metrics`)).text();
  const verdicts = [...metrics.matchAll(/^stormglass_invariant_status{id="(I\d+)",status="(\w+)"} 1$/gm)];
  if (verdicts.length < INVARIANTS) return [`only ${verdicts.length} invariants are judged`];
  return verdicts.filter(([, , status]) => status !== 'ok').map(([, id, status]) => `${id} is ${status}`);
}

test('kill -9 of every process, the launcher included, loses no acknowledged order and no acknowledged span', async ({
  own,
}) => {
  test.setTimeout(ROUNDS * 600_000);
  const begun = Date.now();
  const load = startLoad(() => own.system);
  const goesOn = async (after: string) => {
    const before = load.orders.length;
    await expect
      .poll(() => load.orders.length, { message: `orders go on after ${after}` })
      .toBeGreaterThan(before);
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const victims of KILLS) {
      await killAndAwaitReturn(own.system, victims);
      await goesOn(victims.join(' and '));
    }
    await killLauncherAndStartAgain(own);
    await goesOn('the launcher');
    if (ROUNDS > 1) process.stdout.write(`round ${round + 1} of ${ROUNDS}, ${load.orders.length} orders\n`);
  }
  const generated = async (): Promise<string[]> => {
    const answer = await fetch(`${own.system.urlOf('loadgen')}/accepted`);
    const { accepted } = (await answer.json()) as { accepted: { orderId: string }[] };
    return accepted.map(({ orderId }) => orderId);
  };
  await expect.poll(async () => (await generated()).length).toBeGreaterThan(0);
  await load.stop();
  const quiet = () =>
    call(own.system.dashboard, 'control', {
      params: { service: 'loadgen', name: 'load.set' },
      input: { input: { rate: 0 } },
    });
  // Its agent may still be on its way to the new dashboard.
  await expect(quiet).toPass({ timeout: 20_000 });
  expect(load.orders.length).toBeGreaterThan(20);
  expect(load.traceIds.length).toBeGreaterThan(100);
  await expectNothingUnderWay(own.system);
  await expectRightMoney(own.system, [...load.orders, ...(await generated())]);
  // What an invariant waits for has its time.
  await expect.poll(() => notOk(own.system), { timeout: 240_000 }).toEqual([]);

  await expect.poll(async () => missing(load.traceIds, await spanCounts(own.system, begun))).toEqual([]);
  const counts = await spanCounts(own.system, begun);
  expect(
    [...counts].filter(([, spans]) => spans !== SPANS_PER_TRACE),
    'stored not exactly once',
  ).toEqual([]);
});
