import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../e2e/api.ts';
import { sql } from '../e2e/ledger.ts';
import { type System, startSystem } from '../e2e/system.ts';
import { StatsAnswer } from '../sample-services/loadgen/api.ts';
import { report } from './figure.ts';
import { api } from './probe.ts';
import { usageByProcess } from './processes.ts';

/**
 * What the shop can do on this machine, in each mode of its sagas: an open loop with rising rates, latency as customers
 * see it (from when the order was due, so that a queue of waiting ones is not hidden), CPU of all processes an order,
 * and how far the read models are behind. Generator, dashboard and collector share the machine.
 */
const PROMISED_RATE = 30;
const RATES = [2, 5, 10, 15, 20, PROMISED_RATE];
const SETTLE_MS = 8_000;
const WATCH_MS = 20_000;
/** What an overload left in the queues is gone before the other mode begins. */
const DRAIN_MS = 40_000;
const P95_MS = 500;
const AVAILABLE = 0.999;

type Mode = 'orchestrated' | 'choreographed';
type Params = Record<string, string | number>;

const show = (figure: string, value: number, unit: string, params: Params, goal: string | null = null) =>
  report({ bench: 'shop', figure, value, unit, goal, params });

const cpuOf = (system: System) =>
  [...usageByProcess(system).values()].reduce((sum, usage) => sum + usage.cpuSeconds, 0);

async function stats(system: System): Promise<StatsAnswer['seen']['order']> {
  const answer = await fetch(`${system.urlOf('loadgen')}/stats`);
  return StatsAnswer.parse(await answer.json()).seen.order;
}

/** Gives whether the shop kept its service levels. */
async function step(system: System, mode: Mode, rate: number): Promise<boolean> {
  const input = {
    rate,
    choreographedPercent: mode === 'choreographed' ? 100 : 0,
    cancelPercent: 0,
    refusedPercent: 0,
  };
  await api(system.dashboard, 'POST', '/api/controls/loadgen/load.set', { input });
  await delay(SETTLE_MS);
  await fetch(`${system.urlOf('loadgen')}/stats/reset`, { method: 'POST' });
  const before = cpuOf(system);
  await delay(WATCH_MS);
  const cpu = cpuOf(system) - before;
  const { outcomes, latency } = await stats(system);
  const answered = outcomes.ok + outcomes.pending + outcomes.refused;
  const availability = answered / Math.max(1, answered + outcomes.failed + outcomes.limited);
  const params = { mode, rate, seconds: WATCH_MS / 1000 };
  show('orders answered', answered / (WATCH_MS / 1000), '1/s', params);
  show('availability', availability * 100, '%', params, '> 99.9 at 30');
  for (const at of ['p50', 'p95', 'p99'] as const) {
    show(`order ${at}`, latency[at], 'ms', params, at === 'p95' ? '< 500 at 30' : null);
  }
  show('CPU an order', (cpu * 1000) / Math.max(1, answered), 'ms', params);
  return latency.p95 < P95_MS && availability > AVAILABLE && answered > 0.8 * rate * (WATCH_MS / 1000);
}

/** From an order's last event to when the read model that shows it was written. */
async function projectorLag(system: System, params: Params): Promise<void> {
  const [lag] = await sql<{ p50: number; p95: number; max: number }>(
    system,
    'orderview',
    `with lag as (
       select extract(epoch from d.updated_at - max((e.event->>'at')::timestamptz)) * 1000 as ms
       from order_details d join view_event e using (generation, order_id)
       where d.updated_at > now() - interval '${WATCH_MS} milliseconds' group by d.order_id, d.updated_at)
     select percentile_disc(0.5) within group (order by ms)::float8 as p50,
       percentile_disc(0.95) within group (order by ms)::float8 as p95, max(ms)::float8 as max from lag`,
  );
  if (lag === undefined) throw new Error('no order was seen by orderview');
  for (const at of ['p50', 'p95', 'max'] as const) show(`projector lag ${at}`, lag[at], 'ms', params);
}

/** Of what services say to each other: how much waits for an answer, and the longest line of services that wait. */
async function interactions(system: System, params: Params): Promise<void> {
  const range = { from: Date.now() - WATCH_MS, to: Date.now() };
  const found = await call(system.dashboard, 'interactions', { input: range });
  const { insideRatio, synchronousRatio, longestChain } = found;
  show('synchronous interactions in the shop', (insideRatio ?? 0) * 100, '%', params, '< 10');
  show('with the payment provider and the carrier', (synchronousRatio ?? 0) * 100, '%', params);
  show('longest synchronous chain', longestChain.length, 'services', params, '<= 3');
}

export async function run(): Promise<void> {
  const system = await startSystem({ env: { LOAD_RATE: '1' } });
  try {
    for (const mode of ['orchestrated', 'choreographed'] as const) {
      await api(system.dashboard, 'POST', '/api/controls/loadgen/load.set', { input: { rate: 0 } });
      await delay(mode === 'orchestrated' ? 0 : DRAIN_MS);
      let sustained = 0;
      for (const rate of RATES) {
        const kept = await step(system, mode, rate);
        if (rate === 5) {
          await projectorLag(system, { mode, rate });
          await interactions(system, { mode, rate });
        }
        if (kept) {
          sustained = rate;
          continue;
        }
        // What comes of the promised rate is told even where it is missed.
        if (rate < PROMISED_RATE) await step(system, mode, PROMISED_RATE);
        break;
      }
      show('highest rate within p95 500 ms and 99.9 %', sustained, 'orders/s', { mode }, '>= 30');
    }
  } finally {
    await system.stop();
  }
}
