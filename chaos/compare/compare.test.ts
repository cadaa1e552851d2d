import type { TrafficCell } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { type Comparison, ExperimentSpec, type Run } from '../contract/index.ts';
import { fault, JOURNEY, seconds, T, timeline, traffic } from '../recovery/hand-made.ts';
import { computeRecovery } from '../recovery/index.ts';
import { compareRuns, partOf } from './index.ts';

const experiment = ExperimentSpec.parse({
  ...{ title: 'Payments fail', description: 'errors', sli: JOURNEY, method: [] },
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: JOURNEY } }],
  },
});
const run = (id: string, over: Partial<Run> = {}): Run => ({
  ...{ id, experimentId: 'payments-fail', experiment, seed: 1, unprotected: false, startedBy: 'ada' },
  ...{
    startedAt: T,
    endedAt: T + 90_000,
    phase: 'ended',
    verdict: 'passed',
    why: '',
    events: [],
    recovery: null,
  },
  ...over,
});

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Shape {
  /** Of failed calls. */
  errors?: number;
  ms?: number;
  /** Of calls that take ten times as long. */
  tail?: number;
  perSecond?: number;
}

/** Calls that come and fail by chance, for a minute, on one edge or operation. */
function noisy(seed: number, shape: Shape, over: Partial<TrafficCell> = {}): TrafficCell[] {
  const random = generator(seed);
  const { errors = 0.01, ms = 40, tail = 0, perSecond = 20 } = shape;
  return seconds(0, 60).flatMap((at) => {
    const calls = Math.round(perSecond * (0.7 + 0.6 * random()));
    const failed = seconds(0, calls).filter(() => random() < errors).length;
    const slow = seconds(0, calls).filter(() => random() < tail).length;
    const spread = ms * (0.8 + 0.4 * random());
    return [
      traffic(at, { ...over, calls: calls - slow, errors: Math.min(failed, calls - slow), slowMs: spread }),
      ...(slow === 0 ? [] : [traffic(at, { ...over, calls: slow, slowMs: spread * 10 })]),
    ];
  });
}

function compare(a: TrafficCell[], b: TrafficCell[]): Comparison {
  const side = (id: string, cells: TrafficCell[]) => ({
    ...{ run: run(id), from: T, to: T + 60_000, traffic: cells, stepSeconds: 1 },
  });
  return compareRuns('fault', side('a', a), side('b', b));
}
const marksOf = (found: Comparison, operation = 'POST /orders') =>
  found.rows
    .find((row) => row.operation === operation)
    ?.differences.flatMap(({ figure, mark }) => (mark === '' ? [] : [figure]));

describe('two runs', () => {
  it('that differ by chance only have no mark, in at least 95 of 100 comparisons of forty figures each', () => {
    const edges = seconds(0, 10);
    const traffics = (seed: number) =>
      edges.flatMap((n) => noisy(seed * 100 + n, {}, { operation: `GET /${n}` }));
    const falselyMarked = seconds(1, 101).filter((seed) => {
      const found = compare(traffics(seed), traffics(seed + 5_000));
      expect(found.tests).toBe(40);
      return found.rows.some(({ differences }) => differences.some(({ mark }) => mark !== ''));
    });
    expect(falselyMarked.length).toBeLessThanOrEqual(5);
  });

  it('of which one fails more often are told apart where it fails, and nowhere else', () => {
    const quiet = (seed: number) => noisy(seed, {}, { operation: 'GET /other' });
    const found = compare(
      [...noisy(1, { errors: 0.01 }), ...quiet(2)],
      [...noisy(3, { errors: 0.2 }), ...quiet(4)],
    );
    expect(marksOf(found)).toEqual(['errors']);
    expect(marksOf(found, 'GET /other')).toEqual([]);
    expect(found.rows[0]?.operation).toBe('POST /orders');
    const errors = found.rows[0]?.differences.find(({ figure }) => figure === 'errors');
    expect(errors?.change).toBeGreaterThan(0.15);
    expect(errors?.interval[0]).toBeGreaterThan(0);
    expect(errors?.adjusted).toBeGreaterThanOrEqual(errors?.p ?? 1);
  });

  it('of which one is slower differ in duration, as a factor', () => {
    const found = compare(noisy(1, { ms: 40 }), noisy(2, { ms: 80 }));
    const duration = found.rows[0]?.differences.find(({ figure }) => figure === 'duration');
    expect(duration?.mark).toBe('***');
    expect(duration?.change).toBeCloseTo(2, 0);
  });

  it('of which one has a slow tail differ in slow calls', () => {
    const found = compare(noisy(1, {}), noisy(2, { tail: 0.1 }));
    expect(marksOf(found)).toContain('slow');
  });

  it('of which one is never called on an edge differ in rate, and the side is unknown, not zero', () => {
    const edge = { kind: 'client', service: 'orders', peer: 'payments', operation: '' } as const;
    const found = compare([...noisy(1, {}), ...noisy(2, {}, edge)], noisy(3, {}));
    const row = found.rows.find(({ peer }) => peer === 'payments');
    expect(row).toMatchObject({
      kind: 'client',
      b: null,
      differences: [{ figure: 'rate', b: 0, mark: '***' }],
    });
    expect(row?.untested).toContain('fewer than 20 calls');
    expect(row?.a?.calls).toBeGreaterThan(1_000);
  });

  it('too short for two blocks are not tested, and say so', () => {
    const side = (id: string) => ({
      ...{ run: run(id), from: T, to: T + 9_000, stepSeconds: 1 },
      traffic: seconds(0, 9).map((at) => traffic(at)),
    });
    const found = compareRuns('fault', side('a'), side('b'));
    expect(found.tests).toBe(0);
    expect(found.rows[0]?.untested).toContain('too short: 1 blocks');
  });

  it('compared the other way round differ as much in the other direction', () => {
    const a = noisy(1, { errors: 0.05, ms: 50 });
    const b = noisy(2, { errors: 0.1, ms: 40, perSecond: 30 });
    const there = compare(a, b).rows[0]?.differences ?? [];
    const back = compare(b, a).rows[0]?.differences ?? [];
    for (const [index, one] of there.entries()) {
      const other = back[index];
      const sum =
        one.figure === 'duration'
          ? Math.log(one.change * (other?.change ?? 0))
          : one.change + (other?.change ?? 1);
      expect(sum).toBeCloseTo(0, 10);
      expect(other?.p).toBeCloseTo(one.p, 10);
    }
  });
});

describe('alike to the last call', () => {
  it('two runs do not differ; one whose every call fails differs from one whose none does', () => {
    const cells = (errors: number) => seconds(0, 60).map((at) => traffic(at, { errors }));
    const same = compare(cells(0), cells(0));
    expect(same.rows[0]?.differences.map(({ change, p }) => [change, p])).toEqual([
      [0, 1],
      [0, 1],
      [1, 1],
      [0, 1],
    ]);
    expect(marksOf(compare(cells(0), cells(10)))).toEqual(['errors']);
  });
});

describe('the part of a run', () => {
  const hurt = { ...fault(20_000, 30_000), firstEffectAt: T + 20_100 };
  const recovery = computeRecovery({
    timeline: timeline({ traffic: seconds(0, 60).map((at) => traffic(at)), faults: [hurt] }),
    ...{
      faults: [hurt],
      sli: JOURNEY,
      dwellMs: 3_000,
      now: T + 60_000,
      baseline: { from: T, to: T + 20_000 },
    },
  });
  const events: Run['events'] = [{ type: 'fault-armed', at: T + 20_000, faultId: 'f1', title: 'error' }];

  it('is before the arming, from there to the read-back, or after it', () => {
    const whole = run('a', { recovery, events });
    expect(partOf(whole, 'before')).toEqual({ from: T, to: T + 20_000 });
    expect(partOf(whole, 'fault')).toEqual({ from: T + 20_000, to: T + 30_000 });
    expect(partOf(whole, 'after')).toEqual({ from: T + 30_000, to: T + 90_000 });
  });

  it('is refused of a run that goes on or that injected nothing', () => {
    expect(() => partOf(run('a', { recovery, events, endedAt: null }), 'fault')).toThrow('has not ended');
    expect(() => partOf(run('a', { recovery }), 'fault')).toThrow('injected nothing');
  });

  it('has its figures side by side', () => {
    const side = (id: string) => ({
      ...{ run: run(id, { recovery, events }), from: T, to: T + 60_000, stepSeconds: 1 },
      traffic: noisy(1, {}),
    });
    const { figures } = compareRuns('fault', side('a'), side('b'));
    expect(figures.find(({ id }) => id === 'recover')).toEqual({
      ...{ id: 'recover', name: 'Recovered after the fault', unit: 'ms' },
      ...{ a: 0, b: 0, change: 0 },
    });
  });
});
