import type { BreakerSample, BreakerTransition, Timeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import type { BreakerProof } from '../contract/index.ts';
import { moved, seconds, T, timeline, traffic } from '../recovery/hand-made.ts';
import { proveBreakers } from './index.ts';

/** A sample of a second; by default ten calls that succeed. Opens above 50 % of at least 10 calls in 10 s. */
function sample(at: number, over: Partial<BreakerSample> = {}): BreakerSample {
  return {
    ...{ at: T + at, service: 'orders', instance: 'orders-1', name: 'payments', peer: 'payments' },
    ...{ state: 'closed', success: 10, failure: 0, timeout: 0, rejected: 0, failureRatio: null },
    ...{ resetRemainingMs: null, threshold: 0.5, volume: 10 },
    ...over,
  };
}
const FAILING = { success: 0, failure: 10 };
const OPEN = { success: 0, rejected: 10, state: 'open' } as const;
const HALF = { success: 1, failure: 0, rejected: 9 } as const;
const edge = (at: number, slowMs = 40) =>
  traffic(at, { kind: 'client', service: 'orders', peer: 'payments', operation: '', slowMs });

function prove(parts: Partial<Timeline>, to = 60_000): BreakerProof | undefined {
  const calls = { traffic: seconds(0, 60).map((at) => edge(at)) };
  const found = proveBreakers({
    timeline: timeline({ ...calls, ...parts }),
    ...{ from: T, to: T + to, baseline: null },
  });
  return found.breakers[0];
}
const opened = (at: number, over: Partial<BreakerTransition> = {}): BreakerTransition => ({
  ...moved(at, 'closed', 'open'),
  ...{ windowCalls: 110, windowFailures: 60 },
  ...over,
});

/** Good until 20 s, failing from 20 s to the opening at 25.3 s, one probe at 30.3 s that succeeds at 30.6 s. */
function incident(): { transitions: BreakerTransition[]; breakers: BreakerSample[] } {
  const at = (second: number): BreakerSample => {
    if (second <= 20 || second > 31) return sample(second * 1000);
    if (second <= 25) return sample(second * 1000, FAILING);
    if (second === 26) return sample(26_000, { success: 0, failure: 3, rejected: 7, state: 'open' });
    return second === 31 ? sample(31_000, { success: 7, rejected: 3 }) : sample(second * 1000, OPEN);
  };
  return {
    breakers: seconds(0, 45).map(at),
    transitions: [opened(25_300), moved(30_300, 'open', 'half_open'), moved(30_600, 'half_open', 'closed')],
  };
}

describe('a breaker that keeps its specification', () => {
  const proof = prove(incident());

  it('is said to have kept it, with the openings', () => {
    expect(proof).toMatchObject({ verdict: 'kept', findings: [] });
    expect(proof?.spec).toEqual({ threshold: 0.5, volume: 10, windowSeconds: 10, resetMs: 5_000 });
    expect(proof?.openings).toMatchObject([
      {
        at: T + 25_300,
        from: 'closed',
        rightly: true,
        calls: 110,
        failures: 60,
        openMs: 5_000,
        resetMs: 5_000,
      },
    ]);
  });

  it('trips as soon as a sample can show that its window has left the limits', () => {
    // Of ten samples six must fail: that of 26 s would be the sixth, and by then it is open.
    expect(proof?.tripLatency.value).toBe(0);
    expect([proof?.falseOpens.value, proof?.letThrough.value, proof?.probes.value]).toEqual([0, 0, 1]);
  });

  it('that never had to open is untested, neither kept nor broken', () => {
    expect(prove({ breakers: seconds(0, 45).map((at) => sample(at * 1000)) })).toMatchObject({
      ...{ verdict: 'untested', findings: [], openings: [] },
      tripLatency: { value: null, inputs: 'it did not open' },
    });
  });

  it('has nothing said of its trips when its calls do not reach back a whole window', () => {
    const { breakers, transitions } = incident();
    const late = prove({ transitions, breakers: breakers.filter(({ at }) => at > T + 20_000) });
    expect(late?.tripLatency.value).toBeNull();
    expect(late?.verdict).toBe('kept');
  });
});

describe('a breaker that opens wrongly', () => {
  it('with its window within the limits has opened falsely', () => {
    const proof = prove({ ...incident(), transitions: [opened(25_300, { windowFailures: 55 })] });
    expect(proof).toMatchObject({
      ...{ verdict: 'broken', falseOpens: { value: 1 } },
      findings: [
        {
          ...{ code: 'false_open', at: T + 25_300 },
          words: '55 of 110 calls in its window had failed; it may open above 50 % of at least 10',
        },
      ],
    });
  });

  it('with too few calls has opened falsely, whatever their share', () => {
    const proof = prove({ transitions: [opened(5_000, { windowCalls: 9, windowFailures: 9 })] });
    expect(proof?.findings.map(({ code }) => code)).toEqual(['false_open']);
  });

  it('after a failed probe is right, whatever its window holds', () => {
    const { breakers } = incident();
    const proof = prove({
      breakers,
      transitions: [
        opened(25_300),
        moved(30_300, 'open', 'half_open'),
        { ...moved(30_600, 'half_open', 'open'), windowCalls: 4, windowFailures: 1 },
      ],
    });
    expect(proof?.openings.map(({ rightly }) => rightly)).toEqual([true, true]);
    expect(proof?.falseOpens.value).toBe(0);
  });
});

describe('a breaker that opens late', () => {
  const failing = (from: number, to: number) =>
    seconds(0, 60).map((at) => sample(at * 1000, at > from && at <= to ? FAILING : {}));

  it('is late from the first sample that shows its window out of the limits', () => {
    // Six of ten samples fail from 26 s on, and of the shorter window five of nine from 25 s on.
    const proof = prove({ breakers: failing(20, 40), transitions: [opened(35_000)] });
    expect(proof?.tripLatency.value).toBe(9_000);
    expect(proof?.findings.map(({ code }) => code)).toContain('late_trip');
  });

  it('or not at all has missed it', () => {
    const proof = prove({
      breakers: failing(20, 40),
      transitions: [opened(55_000), moved(2_000, 'half_open', 'closed')],
    });
    expect(proof?.findings.map(({ code, at }) => [code, at - T])).toContainEqual(['missed_trip', 26_000]);
  });

  it('is not blamed while no call fails: it looks at its window only then', () => {
    // The window stays over its limits for some seconds after the last failure, and no call comes that could trip it.
    const breakers = seconds(0, 60).map((at) =>
      sample(at * 1000, at > 20 && at <= 26 ? FAILING : at > 26 ? { success: 0 } : {}),
    );
    const proof = prove({ breakers, transitions: [moved(2_000, 'half_open', 'closed')] });
    expect(proof?.findings).toEqual([]);
  });
});

describe('calls while a breaker is open', () => {
  const withCalls = (over: (second: number) => Partial<BreakerSample> | null) => {
    const { breakers, transitions } = incident();
    const changed = breakers.map((one) => {
      const more = over((one.at - T) / 1000);
      return more === null ? one : { ...one, ...more };
    });
    return { transitions, breakers: changed };
  };

  it('that began before are counted apart', () => {
    const slow = seconds(0, 60).map((at) => edge(at, at === 24 ? 3_000 : 40));
    const proof = prove({
      ...withCalls((second) => (second === 27 ? { failure: 2 } : null)),
      traffic: slow,
    });
    expect(proof).toMatchObject({ verdict: 'kept', inFlight: { value: 2 }, letThrough: { value: 0 } });
  });

  it('that cannot have begun before were let through', () => {
    const proof = prove(withCalls((second) => (second === 29 ? { success: 4 } : null)));
    expect(proof).toMatchObject({ verdict: 'broken', letThrough: { value: 4 } });
    expect(proof?.findings).toMatchObject([{ code: 'let_through', at: T + 29_000 }]);
  });

  it('are none of its doing once its process was killed: it came back closed, and nobody said so', () => {
    const { breakers, transitions } = incident();
    const proof = prove({ breakers, transitions: transitions.slice(0, 1) });
    expect(proof).toMatchObject({ verdict: 'kept', letThrough: { value: 0 } });
  });

  /** Half open from 30.3 s to a failed probe at 30.6 s. */
  const probing = (through: number) => {
    const { breakers, transitions } = withCalls((second) =>
      second === 31 ? { ...HALF, success: through, state: 'open' } : null,
    );
    const [first, second] = transitions;
    const again = moved(30_600, 'half_open', 'open');
    return { breakers, transitions: first && second ? [first, second, again] : [] };
  };

  it('may be as many as there are probes', () => {
    const proof = prove({
      ...probing(1),
      breakers: probing(1).breakers.filter(({ at }) => at <= T + 31_000),
    });
    expect(proof).toMatchObject({ verdict: 'kept', letThrough: { value: 0 }, probes: { value: 1 } });
  });

  it('may not be more', () => {
    const proof = prove({
      ...probing(3),
      breakers: probing(3).breakers.filter(({ at }) => at <= T + 31_000),
    });
    expect(proof?.findings.map(({ code }) => code)).toEqual(['many_probes']);
    expect(proof?.letThrough.value).toBe(2);
  });
});

describe('the wait of an open breaker', () => {
  const probesAt = (at: number, over: Partial<BreakerTransition> = {}) =>
    prove({ transitions: [opened(25_300), { ...moved(at, 'open', 'half_open'), ...over }] })?.findings.map(
      ({ code }) => code,
    );

  it('may be neither shorter nor much longer than its reset time', () => {
    expect(probesAt(30_300)).toEqual([]);
    expect(probesAt(30_900)).toEqual([]);
    expect(probesAt(28_000)).toEqual(['early_probe']);
    expect(probesAt(33_000)).toEqual(['late_probe']);
  });

  it('is not judged when its reset time was changed meanwhile: it began anew', () => {
    expect(probesAt(33_000, { resetTimeoutMs: 2_000 })).toEqual([]);
  });
});

it('each breaker of each process is judged by itself, and hops are held against the range before', () => {
  const other = { instance: 'orders-2' };
  const { breakers, transitions } = incident();
  const found = proveBreakers({
    timeline: timeline({
      transitions: [...transitions, { ...opened(25_300, { windowFailures: 1 }), ...other }],
      breakers: [...breakers, ...breakers.map((one) => ({ ...one, ...other }))],
      traffic: seconds(0, 60).flatMap((at) => [
        { ...edge(at), calls: at < 20 ? 10 : 20 },
        traffic(at, { service: 'orders', operation: 'POST /orders' }),
      ]),
    }),
    ...{ from: T + 1_000, to: T + 40_000, baseline: { from: T, to: T + 20_000 } },
  });
  expect(found.breakers.map(({ instance, verdict }) => [instance, verdict])).toEqual([
    ['orders-1', 'kept'],
    ['orders-2', 'broken'],
  ]);
  expect(found.retryAmplification[0]?.figure.value).toBeGreaterThan(1.4);
});
