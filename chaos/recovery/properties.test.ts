import type { FaultInterval, QueueSample, Timeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { Recovery } from '../contract/index.ts';
import { computeRecovery } from './compute.ts';
import { fault, JOURNEY, moved, queued, saga, seconds, T, timeline, traffic } from './hand-made.ts';
import { figuresOf } from './named.ts';

/** mulberry32: small, seeded, good enough to vary a test. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const KINDS = [
  { action: { type: 'error' } },
  { action: { type: 'latency', ms: 900 } },
  { action: { type: 'process_kill' }, target: { kind: 'process', service: 'shipping' } },
  { action: { type: 'database_outage' }, target: { kind: 'database', service: 'inventory' } },
  {
    action: { type: 'consumer_stop' },
    target: { kind: 'consumer', service: 'notifications', queue: 'notifications' },
  },
];

interface World {
  parts: Timeline;
  faults: FaultInterval[];
  now: number;
}

/** Anything may happen: gaps, bursts, errors, samples out of order, sagas without end, effects before their fault. */
function world(seed: number): World {
  const random = generator(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const rate = below(20);
  const services = ['gateway', 'payments', 'orders', 'shipping'];
  const cells = seconds(0, 80).flatMap((at) =>
    services.flatMap((service) => {
      const calls = random() < 0.1 ? 0 : below(rate + 1);
      const operation = service === 'gateway' ? 'POST /orders' : 'POST /charges';
      const over = { service, operation, calls, errors: below(calls + 1), receipts: below(calls + 1) };
      return random() < 0.05 ? [] : [traffic(at, { ...over, slowMs: below(2_000) })];
    }),
  );
  const states = ['closed', 'open', 'half_open'] as const;
  const state = () => states[below(3)] ?? 'closed';
  const faults = seconds(0, below(3) + 1).map((_, index): FaultInterval => {
    const from = 20_000 + below(10_000);
    const interval = fault(from, random() < 0.2 ? null : from + below(20_000), KINDS[below(KINDS.length)]);
    const firstEffectAt = random() < 0.3 ? null : interval.armedAt + below(30_000) - 3_000;
    return { ...interval, faultId: `f${index}`, firstEffectAt };
  });
  const queues = seconds(0, below(80)).map((): QueueSample => queued(below(80_000), below(50)));
  const parts = timeline({
    traffic: cells,
    faults,
    queues,
    transitions: seconds(0, below(10)).map(() => moved(below(80_000), state(), state())),
    sagas: seconds(0, below(40)).flatMap((index) => [
      saga(below(80_000), `s${index}`, 'started'),
      ...(random() < 0.7 ? [saga(below(80_000), `s${index}`, 'completed', 'compensated')] : []),
    ]),
  });
  return { parts, faults, now: T + 21_000 + below(60_000) };
}

function recoveryOf({ parts, faults, now }: World): Recovery {
  const to = Math.min(...faults.map((interval) => interval.armedAt));
  return computeRecovery({
    timeline: parts,
    faults,
    sli: JOURNEY,
    baseline: { from: T, to },
    dwellMs: 3_000,
    now,
  });
}

const SEEDS = seconds(1, 401);

describe('whatever happened, a recovery', () => {
  it('has its instants in order: t0, t1, t2, t3, t4', () => {
    for (const seed of SEEDS) {
      const { t0, t1, t2, t3, t4 } = recoveryOf(world(seed));
      const ordered = (...marks: (number | null)[]): boolean => {
        const there = marks.filter((mark) => mark !== null);
        return there.every((mark, index) => index === 0 || (there[index - 1] ?? mark) <= mark);
      };
      expect(ordered(t0, t1, t2), `seed ${seed}: t0 t1 t2`).toBe(true);
      expect(ordered(t0, t2, t3, t4), `seed ${seed}: t0 t2 t3 t4`).toBe(true);
      expect(ordered(t1, t4), `seed ${seed}: t1 t4`).toBe(true);
    }
  });

  it('never shows NaN, infinity or a negative figure, and every figure has its formula and its inputs', () => {
    for (const seed of SEEDS) {
      const recovery = recoveryOf(world(seed));
      // The schema refuses NaN and infinity.
      expect(Recovery.safeParse(recovery).error?.issues ?? [], `seed ${seed}`).toEqual([]);
      const figures = figuresOf(recovery).map(({ figure }) => figure);
      expect(figures.length).toBeGreaterThanOrEqual(16);
      for (const figure of figures) {
        expect(figure.formula).not.toBe('');
        expect(figure.inputs, `seed ${seed}: ${figure.formula}`).not.toBe('');
        expect(figure.inputs).not.toMatch(/NaN|Infinity|undefined|null/);
        // A slope may go either way.
        if (figure.value === null || figure.unit === 'messages/s') continue;
        expect(figure.value, `seed ${seed}`).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('is the same when it is computed again from the same timeline in another order', () => {
    for (const seed of SEEDS.slice(0, 100)) {
      const first = world(seed);
      const shuffled = { ...first.parts };
      shuffled.traffic = [...shuffled.traffic].reverse();
      shuffled.sagas = [...shuffled.sagas].sort((a, b) => a.sagaId.localeCompare(b.sagaId));
      const again = recoveryOf({ ...first, parts: shuffled });
      expect(again.t4, `seed ${seed}`).toBe(recoveryOf(first).t4);
      expect(again.lostRequests.value).toBe(recoveryOf(first).lostRequests.value);
    }
  });

  it('never calls a system recovered while a condition is broken', () => {
    for (const seed of SEEDS) {
      const { t4, conditions } = recoveryOf(world(seed));
      if (t4 === null) continue;
      const broken = conditions.flatMap((condition) => condition.broken);
      expect(
        broken.some(([from, to]) => from < t4 + 3_000 && to > t4),
        `seed ${seed}`,
      ).toBe(false);
    }
  });
});
