import { setTimeout as delay } from 'node:timers/promises';
import type { FaultInterval } from '@stormglass/agents/contract';
import { sql } from '../e2e/ledger.ts';
import { type System, startSystem } from '../e2e/system.ts';
import { percentile, report } from './figure.ts';
import { api, until } from './probe.ts';

/**
 * How long sagas that were under way at the end of a fault still need: from the end of the fault to the end of each, at
 * two orders a second, half of them in each mode.
 */
const FAULT_MS = 10_000;
/** None needs longer: a cancelled one is told again after at most 160 s. */
const SETTLED_WITHIN_MS = 200_000;

const service = (name: string) => ({ kind: 'service', service: name });
const FAULTS: Record<string, { action: object; target: object; selector?: object; position?: string }> = {
  'payments answers 503': { action: { type: 'error', status: 503 }, target: service('payments') },
  'payments loses its answers': {
    action: { type: 'error', status: 503 },
    target: { kind: 'edge', from: 'orders', to: 'payments' },
    position: 'after',
  },
  'shipping takes 4 s longer': { action: { type: 'latency', ms: 4_000 }, target: service('shipping') },
  'inventory without its database': {
    action: { type: 'database_outage' },
    target: { kind: 'database', service: 'inventory' },
  },
  'no broker': { action: { type: 'database_outage' }, target: { kind: 'database', service: 'broker' } },
  'orders killed and started again': {
    action: { type: 'process_kill', restartAfterMs: FAULT_MS },
    target: { kind: 'process', service: 'orders' },
  },
};

/** Milliseconds from `end` (epoch ms) to the end of each saga that was under way then; null while one still is. */
async function settling(system: System, end: number): Promise<number[] | null> {
  const rows = await sql<{ ms: number | null }>(
    system,
    'orders',
    `select (extract(epoch from ended_at) * 1000 - $1)::float8 as ms from (
       select created_at, ended_at from saga union all select created_at, ended_at from choreography) s
     where created_at < to_timestamp($1::float8 / 1000)
       and (ended_at is null or ended_at > to_timestamp($1::float8 / 1000))`,
    [end],
  );
  const done = rows.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  return done.length === rows.length ? done : null;
}

/** Epoch ms at which the fault was over, by whoever held it. */
function endOf(system: System, faultId: string): Promise<number> {
  return until(`the end of ${faultId}`, 4 * FAULT_MS, async () => {
    const { faults } = await api<{ faults: FaultInterval[] }>(system.dashboard, 'GET', '/api/faults');
    return faults.find((one) => one.faultId === faultId)?.endedAt ?? null;
  });
}

async function hurt(system: System, fault: string): Promise<void> {
  const spec = { ...FAULTS[fault], durationMs: FAULT_MS, reason: fault };
  const { fault: armed } = await api<{ fault: FaultInterval }>(system.dashboard, 'POST', '/api/faults', {
    spec,
  });
  const end = await endOf(system, armed.faultId);
  let ended = await settling(system, end);
  while (ended === null && Date.now() < end + SETTLED_WITHIN_MS) {
    await delay(500);
    ended = await settling(system, end);
  }
  if (ended === null) throw new Error(`sagas did not end after: ${fault}`);
  const params = { fault, sagas: ended.length };
  const show = (figure: string, value: number, unit: string) =>
    report({ bench: 'settle', figure, value, unit, goal: null, params });
  show('sagas under way at its end', ended.length, 'sagas');
  if (ended.length === 0) return;
  show('p50 to their end', percentile(ended, 0.5), 'ms');
  show('p95 to their end', percentile(ended, 0.95), 'ms');
  show('last one', percentile(ended, 1), 'ms');
}

export async function run(): Promise<void> {
  const env = { LOAD_RATE: '2' };
  const system = await startSystem({ env });
  try {
    for (const fault of Object.keys(FAULTS)) {
      await delay(15_000);
      await hurt(system, fault);
    }
  } finally {
    await system.stop();
  }
}
