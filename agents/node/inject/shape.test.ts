import { expect, test } from 'vitest';
import { FaultSpec, type Lease } from '../../contract/index.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { CallFaults } from './call-faults.ts';
import { Scopes } from './scopes.ts';

const traces = Array.from({ length: 400 }, (_, i) => i.toString(16).padStart(32, '0'));

/** A fault armed on a clock that stands still, and which of the traces it hurts at that moment. */
function armed(extra: object, seed = 7) {
  const clock = new HandClock();
  const faults = new CallFaults({ clock, scopes: new Scopes(clock, () => undefined) });
  const spec = FaultSpec.parse({
    action: { type: 'error' },
    target: { kind: 'service', service: 's' },
    ...{ seed, ...extra },
  });
  const lease: Lease = { faultId: 'f', owner: 'me', spec, ttlMs: 5_000, remainingMs: 30_000 };
  faults.arm({ lease, take: () => () => undefined });
  const hits = (traceId: string) =>
    faults.choose('before', { method: 'GET', route: '/work', traceId }).length > 0;
  return { clock, hits, hurt: (order = traces) => order.filter(hits).sort() };
}

test('fail_first: the first calls of each trace fail, in whatever order they come, and again on a replay', () => {
  const spec = { shape: { type: 'fail_first', calls: 2 }, selector: { percentage: 40 } };
  const one = armed(spec);
  const attempts = [one.hurt(), one.hurt(), one.hurt()];
  expect(attempts[0]?.length).toBeGreaterThan(100);
  expect(attempts[1]).toEqual(attempts[0]);
  expect(attempts[2]).toEqual([]);
  // All attempts of one trace after another, and the traces the other way round.
  const other = armed(spec);
  const mixed = traces.toReversed().map((trace) => [trace, [1, 2, 3].map(() => other.hits(trace))] as const);
  for (const [trace, hits] of mixed) {
    const hurt = attempts[0]?.includes(trace) ?? false;
    expect(hits).toEqual([hurt, hurt, false]);
  }
  expect(armed(spec, 8).hurt()).not.toEqual(attempts[0]);
});

test('pulse: on and off by the clock it was given', async () => {
  const spec = { shape: { type: 'pulse', onMs: 1_000, offMs: 3_000 } };
  const { clock, hits } = armed(spec);
  const seen: boolean[] = [];
  for (let second = 0; second < 8; second++) {
    seen.push(hits(`t${second}`));
    await clock.advance(1_000);
  }
  expect(seen).toEqual([true, false, false, false, true, false, false, false]);
});

test('ramp: the share grows in a line, and who was hurt at a smaller share is hurt at a greater one', async () => {
  const spec = { shape: { type: 'ramp', fromPercent: 10, toPercent: 90, overMs: 8_000 } };
  const share = async (atMs: number) => {
    const { clock, hurt } = armed(spec);
    await clock.advance(atMs);
    const first = hurt();
    // Once more with the requests in another order, on another injector at the same moment.
    const again = armed(spec);
    await again.clock.advance(atMs);
    expect(again.hurt(traces.toReversed())).toEqual(first);
    return first;
  };
  const [start, middle, end, later] = [
    await share(0),
    await share(4_000),
    await share(8_000),
    await share(20_000),
  ];
  expect(middle).toEqual(expect.arrayContaining(start));
  expect(end).toEqual(expect.arrayContaining(middle));
  expect(later).toEqual(end);
  const percent = (hurt: string[]) => (hurt.length / traces.length) * 100;
  // Three standard deviations of the binomial at 400 calls.
  expect(Math.abs(percent(start) - 10)).toBeLessThan(4.5);
  expect(Math.abs(percent(middle) - 50)).toBeLessThan(7.5);
  expect(Math.abs(percent(end) - 90)).toBeLessThan(4.5);
});

test('an error in choosing lets the call pass', () => {
  const clock = new HandClock();
  const faults = new CallFaults({ clock, scopes: new Scopes(clock, () => undefined) });
  const spec = FaultSpec.parse({
    action: { type: 'error' },
    target: { kind: 'service', service: 's' },
    selector: { tenant: 'a' },
  });
  const lease: Lease = { faultId: 'f', owner: 'me', spec, ttlMs: 5_000, remainingMs: 30_000 };
  faults.arm({ lease, take: () => null });
  const broken = () => {
    throw new Error('a bug of ours');
  };
  expect(faults.choose('before', { method: 'GET', route: '/', traceId: '', header: broken })).toEqual([]);
});
