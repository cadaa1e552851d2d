import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import type { Recovery } from '../contract/index.ts';
import { computeRecovery } from './compute.ts';
import { fault, JOURNEY, judged, moved, queued, saga, seconds, T, timeline, traffic } from './hand-made.ts';
import { figuresOf } from './named.ts';

interface World {
  parts: Timeline;
  faults: FaultInterval[];
  baseline: { from: number; to: number };
  now: number;
}

/** An incident whose seconds are wholly good or wholly bad, so that no figure hangs on how many calls there were. */
function incident(seed: number): World {
  const from = 20 + (seed % 7);
  const badTo = from + 3 + (seed % 5);
  const to = badTo + (seed % 4);
  const bad = (at: number) => at >= from && at < badTo;
  const calls = 10 + (seed % 3) * 10;
  const one = { ...fault(from * 1000, to * 1000), firstEffectAt: T + from * 1000 + (seed % 900) };
  const depth = (at: number) =>
    at < from ? 0 : at < to ? (at - from + 1) * 10 : Math.max(0, 60 - (at - to) * 15);
  return {
    faults: [one],
    baseline: { from: T, to: T + from * 1000 },
    now: T + 90_000,
    parts: timeline({
      faults: [one],
      traffic: seconds(0, 90).flatMap((at) => [
        traffic(at, { calls, errors: bad(at) ? calls : 0 }),
        traffic(at, {
          ...{ service: 'payments', operation: 'POST /charges', calls },
          ...{ errors: bad(at) ? calls : 0, receipts: bad(at) ? calls / 2 : 0 },
        }),
        traffic(at, {
          kind: 'client',
          service: 'orders',
          peer: 'payments',
          operation: '',
          calls: bad(at) ? 3 * calls : calls,
        }),
        traffic(at, { service: 'orders', operation: 'POST /orders', calls }),
      ]),
      transitions: [
        moved(from * 1000 + 1_500, 'closed', 'open'),
        moved(to * 1000 + 2_000, 'open', 'half_open'),
        moved(to * 1000 + 2_300, 'half_open', 'closed'),
      ],
      queues: seconds(0, 90).map((at) => queued(at * 1000, depth(at))),
      sagas: seconds(0, 40).flatMap((n) => [
        saga(n * 2_000, `s${n}`, 'started'),
        saga(
          n * 2_000 + (n % 6 === seed % 6 ? 16_000 : 900),
          `s${n}`,
          'completed',
          n % 5 === 0 ? 'compensated' : 'confirmed',
        ),
      ]),
      invariants: seconds(0, 90).map((at) => judged(at * 1000, 'I1', bad(at) ? 'violated' : 'ok')),
    }),
  };
}

function recoveryOf({ parts, faults, baseline, now }: World): Recovery {
  return computeRecovery({ timeline: parts, faults, baseline, now, sli: JOURNEY, dwellMs: 3_000 });
}

const SEEDS = seconds(1, 61);
const INSTANTS = ['t0', 't1', 't2', 't3', 't4'] as const;
const values = (recovery: Recovery) => figuresOf(recovery).map(({ id, figure }) => [id, figure.value]);
const instants = (recovery: Recovery) => INSTANTS.map((name) => recovery[name]);

/** Every instant of a world so much later. */
function shifted(world: World, ms: number): World {
  const later = <Of extends { at: number }>(items: Of[]) =>
    items.map((item) => ({ ...item, at: item.at + ms }));
  const maybe = (at: number | null) => (at === null ? null : at + ms);
  const faults = world.faults.map((one) => ({
    ...one,
    ...{ armedAt: one.armedAt + ms, expiresAt: one.expiresAt + ms },
    ...{ firstEffectAt: maybe(one.firstEffectAt), endedAt: maybe(one.endedAt) },
  }));
  const { parts, baseline } = world;
  return {
    faults,
    now: world.now + ms,
    baseline: { from: baseline.from + ms, to: baseline.to + ms },
    parts: {
      ...parts,
      faults,
      traffic: parts.traffic.map((cell) => ({ ...cell, second: cell.second + ms / 1000 })),
      transitions: later(parts.transitions),
      queues: later(parts.queues),
      sagas: later(parts.sagas),
      invariants: later(parts.invariants),
    },
  };
}

describe('the incidents of these tests', () => {
  it('are incidents: each has all five instants', () => {
    for (const seed of SEEDS) {
      const recovery = recoveryOf(incident(seed));
      expect(recovery.t0, `seed ${seed}`).not.toBeNull();
      expect(recovery.t1, `seed ${seed}`).not.toBeNull();
      expect(recovery.t3, `seed ${seed}`).not.toBeNull();
      expect(recovery.t4, `seed ${seed}: ${recovery.recover.inputs}`).not.toBeNull();
      expect(recovery.lostRequests.value).toBeGreaterThan(0);
    }
  });
});

describe('shifted in time', () => {
  it('a recovery has the same figures, and its instants so much later', () => {
    for (const seed of SEEDS) {
      const world = incident(seed);
      const ms = (seed * 7_919 - 100_000) * 1_000;
      const before = recoveryOf(world);
      const after = recoveryOf(shifted(world, ms));
      expect(values(after), `seed ${seed}`).toEqual(values(before));
      expect(instants(after)).toEqual(instants(before).map((at) => (at === null ? null : at + ms)));
      expect(after.sagas).toEqual(before.sagas);
    }
  });
});

describe('with so many times the calls', () => {
  it('a recovery has the same instants and shares, and lost so many times the requests', () => {
    for (const seed of SEEDS) {
      const world = incident(seed);
      const times = 2 + (seed % 9);
      const more = {
        ...world.parts,
        traffic: world.parts.traffic.map((cell) => ({
          ...cell,
          ...{ calls: cell.calls * times, errors: cell.errors * times, receipts: cell.receipts * times },
          durations: cell.durations.map(([index, n]): [number, number] => [index, n * times]),
        })),
      };
      const before = recoveryOf(world);
      const after = recoveryOf({ ...world, parts: more });
      expect(instants(after), `seed ${seed}`).toEqual(instants(before));
      expect(after.lostRequests.value).toBe((before.lostRequests.value ?? 0) * times);
      for (const share of ['receiptShare', 'injectedRate', 'blastRadius', 'queuePeak'] as const) {
        expect(after[share].value, share).toBe(before[share].value);
      }
      const amplified = (recovery: Recovery) => recovery.retryAmplification.map(({ figure }) => figure.value);
      expect(amplified(after)).toEqual(amplified(before));
      const width = ({ injectedRate: { interval } }: Recovery) => (interval?.[1] ?? 0) - (interval?.[0] ?? 0);
      expect(width(after)).toBeLessThan(width(before));
    }
  });
});

/** Services that have nothing to do with it: some well, some ill in the same way before, during and after. */
function unrelated(seed: number): Partial<Timeline> {
  const elsewhere = { service: 'billing', instance: 'billing-1', name: 'mailer', peer: 'mailer' };
  return {
    traffic: seconds(0, 90).flatMap((at) => [
      traffic(at, { service: 'billing', operation: 'GET /bills' }),
      traffic(at, { service: 'search', operation: 'GET /search', errors: at % 2 === 0 ? 3 : 2, slowMs: 700 }),
      traffic(at, { kind: 'db', service: 'billing', peer: 'bills', operation: '' }),
    ]),
    transitions: [{ ...moved(5_000 + seed, 'closed', 'open'), ...elsewhere }],
    queues: seconds(0, 90).map((at) => queued(at * 1000 + 300, 4, { queue: 'bills' })),
    sagas: [saga(100, 'old', 'started'), saga(2_000, 'old', 'stuck')],
    invariants: seconds(0, 90).map((at) => judged(at * 1000, 'I9', 'violated')),
  };
}

describe('beside services that have nothing to do with it', () => {
  it('a recovery is the same; only the share of all calls has more to be a share of', () => {
    for (const seed of SEEDS) {
      const world = incident(seed);
      const more = unrelated(seed);
      const parts = timeline({
        ...world.parts,
        traffic: [...world.parts.traffic, ...(more.traffic ?? [])],
        transitions: [...(more.transitions ?? []), ...world.parts.transitions],
        queues: [...world.parts.queues, ...(more.queues ?? [])],
        sagas: [...(more.sagas ?? []), ...world.parts.sagas],
        invariants: [...world.parts.invariants, ...(more.invariants ?? [])],
      });
      const before = recoveryOf(world);
      const after = recoveryOf({ ...world, parts });
      expect(instants(after), `seed ${seed}`).toEqual(instants(before));
      const but = (recovery: Recovery) => values(recovery).filter(([id]) => id !== 'receipts');
      expect(but(after), `seed ${seed}`).toEqual(but(before));
      expect(after.receiptShare.value).toBeLessThan(before.receiptShare.value ?? 0);
      expect(after.affectedServices).toEqual(before.affectedServices);
      expect(after.violated).toEqual(before.violated);
    }
  });
});
