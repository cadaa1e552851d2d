import { describe, expect, it } from 'vitest';
import { ExperimentSpec, RepeatRequest, type Run, type RunEvent, type Verdict } from '../contract/index.ts';
import { fault, JOURNEY, seconds, T, timeline, traffic } from '../recovery/hand-made.ts';
import { computeRecovery } from '../recovery/index.ts';
import { afterRun, repeatResult, seedsOf } from './index.ts';

const experiment = ExperimentSpec.parse({
  ...{ title: 'Payments fail', description: 'errors', sli: JOURNEY, method: [] },
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: JOURNEY } }],
  },
});
const ARMED: RunEvent = { type: 'fault-armed', at: T, faultId: 'f1', title: 'error' };

/** A run whose answers were bad for so many seconds from the first effect on. */
function run(seed: number, badSeconds: number, over: Partial<Run> = {}): Run {
  const hurt = { ...fault(20_000, 40_000), firstEffectAt: T + 20_000 };
  const parts = timeline({
    traffic: seconds(0, 60).map((at) => traffic(at, { errors: at >= 20 && at < 20 + badSeconds ? 10 : 0 })),
    faults: [hurt],
  });
  const recovery = computeRecovery({
    ...{ timeline: parts, faults: [hurt], sli: JOURNEY, dwellMs: 3_000, now: T + 60_000 },
    baseline: { from: T, to: T + 20_000 },
  });
  return {
    ...{ id: `run-${seed}`, experimentId: 'payments-fail', experiment, seed, unprotected: false },
    ...{ startedBy: 'ada', startedAt: T, endedAt: T + 60_000, phase: 'ended', why: '', events: [ARMED] },
    ...{ verdict: 'degraded-recovered', recovery },
    ...over,
  };
}

describe('seeds', () => {
  it('are those that are named, or so many from 1 on', () => {
    expect(seedsOf(RepeatRequest.parse({ experimentId: 'x', seeds: 3 }))).toEqual([1, 2, 3]);
    expect(seedsOf(RepeatRequest.parse({ experimentId: 'x', seeds: [7, 9] }))).toEqual([7, 9]);
  });

  it('are refused doubled, alone or in their hundreds', () => {
    for (const seeds of [[7, 7], [7], 1, 101, [1.5, 2], [-1, 2]]) {
      expect(RepeatRequest.safeParse({ experimentId: 'x', seeds }).success, String(seeds)).toBe(false);
    }
  });
});

describe('after a run', () => {
  const ended = (verdict: Verdict, events: RunEvent[] = [ARMED]) => ({ verdict, events, why: 'w', seed: 7 });

  it('the next one follows, whatever was learned', () => {
    for (const verdict of ['passed', 'deviated', 'degraded-recovered', 'inconclusive'] as const) {
      expect(afterRun(ended(verdict), 1)).toEqual({ next: 'go-on' });
    }
  });

  it('no other one follows where somebody stopped it or a fault was left behind', () => {
    for (const verdict of ['aborted', 'interrupted', 'revert-failed'] as const) {
      expect(afterRun(ended(verdict), 1)).toEqual({
        next: 'stop',
        why: `the run with seed 7 ended as ${verdict}: w`,
      });
    }
  });

  it('that could not begin the seed is tried again, three times in all', () => {
    expect(afterRun(ended('not-run', []), 1)).toEqual({ next: 'try-again' });
    expect(afterRun(ended('injection-failed', []), 2)).toEqual({ next: 'try-again' });
    expect(afterRun(ended('not-run', []), 3)).toMatchObject({ next: 'stop' });
  });
});

describe('what runs say together', () => {
  const figure = (result: ReturnType<typeof repeatResult>, id: string) =>
    result.figures.find((one) => one.id === id);

  it("is each figure's mean with Student's interval and its median", () => {
    // Mitigated when the last bad second is over: 2, 4 and 6 s after t0.
    const result = repeatResult([run(1, 2), run(2, 4), run(3, 6)]);
    const mitigate = figure(result, 'mitigate');
    expect(mitigate).toMatchObject({
      ...{ name: 'Mitigated after', unit: 'ms', runs: 3, without: 0 },
      values: [
        { seed: 1, runId: 'run-1', value: 2_000 },
        { seed: 2, runId: 'run-2', value: 4_000 },
        { seed: 3, runId: 'run-3', value: 6_000 },
      ],
      median: { value: 4_000, interval: null },
    });
    expect(mitigate?.mean?.value).toBe(4_000);
    // s = 2000, t(0.975, 2) = 4.30265.
    expect(mitigate?.mean?.interval?.[1]).toBeCloseTo(4_000 + (4.30265 * 2_000) / Math.sqrt(3), 0);
    expect(figure(result, 'lost')?.mean?.value).toBe(40);
  });

  it('has an interval of the median from six runs on', () => {
    const runs = [2, 4, 6, 3, 5, 7].map((bad, index) => run(index + 1, bad));
    expect(figure(repeatResult(runs), 'mitigate')?.median).toEqual({
      value: 4_500,
      interval: [2_000, 7_000],
    });
  });

  it('leaves runs without a value out of the mean and says how many', () => {
    // Twenty bad seconds: never mitigated while the fault was on.
    const mitigate = figure(repeatResult([run(1, 2), run(2, 20)]), 'mitigate');
    expect(mitigate).toMatchObject({ runs: 1, without: 1, mean: { value: 2_000, interval: null } });
    expect(mitigate?.values[1]?.value).toBeNull();
  });

  it('counts verdicts and recoveries with their intervals', () => {
    const result = repeatResult([run(1, 2), run(2, 3), run(3, 3, { verdict: 'deviated' })]);
    expect(result.verdicts.map(({ verdict, count }) => [verdict, count])).toEqual([
      ['degraded-recovered', 2],
      ['deviated', 1],
    ]);
    expect(result.recovered).toMatchObject({ count: 3, share: 1 });
    // Three of three: Wilson's lower end is 43.8 %.
    expect(result.recovered?.interval[0]).toBeCloseTo(0.4385, 3);
  });

  it('leaves out runs that say nothing of the fault, and why', () => {
    const result = repeatResult([
      run(1, 2),
      run(2, 2, { verdict: 'aborted', why: 'aborted by ada' }),
      run(3, 2, { verdict: null }),
      run(4, 2, { events: [], verdict: 'passed' }),
      run(5, 2, { recovery: null }),
    ]);
    expect(result.counted).toBe(1);
    expect(result.leftOut.map(({ seed, why }) => [seed, why])).toEqual([
      [2, 'aborted: aborted by ada'],
      [3, 'it has not ended'],
      [4, 'nothing was injected'],
      [5, 'nothing was measured'],
    ]);
  });

  it('of no run is nothing', () => {
    expect(repeatResult([])).toMatchObject({ counted: 0, verdicts: [], recovered: null, figures: [] });
  });
});
