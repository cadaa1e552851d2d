import { describe, expect, it } from 'vitest';
import { Provider, SliQuery } from '../contract/index.ts';
import { judged, moved, queued, saga, seconds, T, timeline, traffic } from '../recovery/hand-made.ts';
import { isProbeProvider, type ProbeProvider, readProbe } from './probe.ts';
import { evaluateSli, sliSeries } from './sli.ts';

const query = (over: Record<string, unknown> = {}): SliQuery =>
  SliQuery.parse({ service: 'gateway', operation: 'POST /orders', metric: 'good_rate', window: 3, ...over });

function probe(value: Record<string, unknown>): ProbeProvider {
  const provider = Provider.parse(value);
  if (!isProbeProvider(provider)) throw new Error(`${provider.type} is no probe`);
  return provider;
}

const range = (low: number, high: number) => ({
  type: 'range' as const,
  range: [low, high] as [number, number],
});

describe('a service level', () => {
  const cells = [
    traffic(7, { errors: 5 }),
    traffic(8, { errors: 1 }),
    traffic(9, { slowMs: 900, calls: 2 }),
    traffic(9, { operation: 'GET /orders', errors: 10 }),
    traffic(10, { errors: 10 }),
  ];

  it('is read over the finished seconds of its window only', () => {
    const at = T + 10_900;
    // Seconds 7, 8 and 9: 22 calls, 6 errors, 2 slow.
    expect(evaluateSli(query(), timeline({ traffic: cells }), at).value).toBeCloseTo(14 / 22, 10);
    expect(evaluateSli(query({ metric: 'error_rate' }), timeline({ traffic: cells }), at).value).toBeCloseTo(
      6 / 22,
      10,
    );
    expect(
      evaluateSli(query({ metric: 'availability', window: 1 }), timeline({ traffic: cells }), at).value,
    ).toBeNull();
    expect(evaluateSli(query({ metric: 'rate' }), timeline({ traffic: cells }), at).value).toBeCloseTo(
      22 / 3,
      10,
    );
  });

  it('of too few calls is unknown and says how few', () => {
    const reading = evaluateSli(query({ window: 1 }), timeline({ traffic: cells }), T + 10_900);
    expect(reading).toMatchObject({ value: null, calls: 2 });
    expect(reading.detail).toContain('only 2 calls');
  });

  it('as a series has a point for each second, silent ones too', () => {
    const points = sliSeries(query(), timeline({ traffic: cells }), T / 1000 + 6, T / 1000 + 9);
    expect(points.map(({ good, total }) => [good, total])).toEqual([
      [0, 0],
      [5, 10],
      [9, 10],
      [0, 2],
    ]);
  });
});

describe('a breaker probe', () => {
  const open = probe({ type: 'breaker', service: 'orders', peer: 'payments', state: 'open' });
  const closed = probe({ type: 'breaker', service: 'orders', peer: 'payments', state: 'closed' });
  const seen = timeline({ transitions: [moved(2_000, 'closed', 'open'), moved(4_000, 'open', 'closed')] });

  it('for open is satisfied in the method by an opening that has passed', () => {
    expect(readProbe({ provider: open }, seen, { at: T + 9_000, since: T + 1_000 }).ok).toBe(true);
    expect(readProbe({ provider: open }, seen, { at: T + 9_000, since: T + 3_000 }).ok).toBe(false);
    expect(readProbe({ provider: open }, seen, { at: T + 9_000, since: null }).ok).toBe(false);
  });

  it('for closed looks at the present', () => {
    expect(readProbe({ provider: closed }, seen, { at: T + 3_000, since: T }).ok).toBe(false);
    expect(readProbe({ provider: closed }, seen, { at: T + 5_000, since: T }).ok).toBe(true);
  });

  it('of a breaker nobody has heard of knows nothing', () => {
    expect(readProbe({ provider: closed }, timeline({}), { at: T, since: null }).ok).toBeNull();
  });
});

describe('a queue probe', () => {
  const depth = probe({ type: 'queue', queue: 'notifications', metric: 'ready' });
  const seen = timeline({ queues: seconds(0, 10).map((at) => queued(at * 1000, at === 4 ? 30 : 2)) });

  it('in the method takes any sample since it began, in a hypothesis the newest', () => {
    const subject = { provider: depth, tolerance: range(20, 100) };
    expect(readProbe(subject, seen, { at: T + 9_000, since: T }).value).toBe(30);
    expect(readProbe(subject, seen, { at: T + 9_000, since: null })).toMatchObject({ value: 2, ok: false });
  });

  it('does not trust a sample that is older than ten seconds', () => {
    expect(readProbe({ provider: depth }, seen, { at: T + 30_000, since: null }).ok).toBeNull();
  });
});

describe('a saga probe', () => {
  const compensated = probe({ type: 'saga', outcome: 'compensated', at_least: 2 });

  it('counts each saga once, since the method began', () => {
    const events = [
      saga(1_000, 'old', 'completed', 'compensated'),
      saga(6_000, 'a', 'completed', 'compensated'),
      saga(6_100, 'a', 'completed', 'compensated'),
      saga(6_200, 'b', 'completed', 'confirmed'),
    ];
    const moment = { at: T + 9_000, since: T + 5_000 };
    expect(readProbe({ provider: compensated }, timeline({ sagas: events }), moment).value).toBe(1);
    const more = [...events, saga(7_000, 'c', 'completed', 'compensated')];
    expect(readProbe({ provider: compensated }, timeline({ sagas: more }), moment).ok).toBe(true);
  });
});

describe('an invariant probe', () => {
  const ok = probe({ type: 'invariant' });
  const violated = probe({ type: 'invariant', id: 'I1', status: 'violated' });
  const seen = timeline({
    invariants: seconds(0, 20).flatMap((at) => [
      judged(at * 1_000, 'I1', at === 8 ? 'violated' : 'ok'),
      judged(at * 1_000, 'I2', 'pending'),
    ]),
  });

  it('for ok looks at the present, in which nothing may be violated', () => {
    expect(readProbe({ provider: ok }, seen, { at: T + 8_500, since: T }).ok).toBe(false);
    expect(readProbe({ provider: ok }, seen, { at: T + 9_500, since: T }).ok).toBe(true);
  });

  it('for violated is satisfied in the method by a violation that has passed', () => {
    expect(readProbe({ provider: violated }, seen, { at: T + 19_000, since: T + 5_000 }).ok).toBe(true);
    expect(readProbe({ provider: violated }, seen, { at: T + 19_000, since: T + 9_000 }).ok).toBe(false);
  });

  it('for ok knows nothing of what the auditor cannot judge', () => {
    const blind = timeline({ invariants: [judged(1_000, 'I7', 'unknown'), judged(1_000, 'I1', 'ok')] });
    const about = probe({ type: 'invariant', id: 'I7' });
    expect(readProbe({ provider: about }, blind, { at: T + 1_500, since: null }).ok).toBeNull();
    expect(readProbe({ provider: ok }, blind, { at: T + 1_500, since: null }).ok).toBe(true);
  });

  it('knows nothing when no auditor has spoken lately', () => {
    expect(readProbe({ provider: ok }, seen, { at: T + 60_000, since: T }).ok).toBeNull();
    expect(readProbe({ provider: ok }, timeline({}), { at: T, since: null }).ok).toBeNull();
  });
});
