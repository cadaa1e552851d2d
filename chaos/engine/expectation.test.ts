import { describe, expect, it } from 'vitest';
import { type Breakage, ExperimentSpec, Recovery, Run, type Verdict } from '../contract/index.ts';
import { expectations } from './expectation.ts';

const figure = { value: null, unit: 'ms', formula: '', inputs: '' } as const;
const T = 1_700_000_000_000;

interface Over {
  unprotected?: boolean;
  verdict?: Verdict;
  violated?: string[];
  broken?: [number, number][];
  sagas?: { confirmed: number; compensated: number };
  probe?: boolean;
}

/** A run whose fault was on from second 10 to second 25. */
function runOf(breaks: Breakage[], over: Over = {}): Run {
  const sli = { service: 'gateway', metric: 'good_rate' };
  const probe = { type: 'probe', name: 'p', provider: { type: 'sli', query: sli }, tolerance: 1 };
  return Run.parse({
    ...{ id: 'r', experimentId: 'e', seed: 1, startedBy: 'ada', startedAt: T, endedAt: T + 60_000 },
    ...{ phase: 'ended', why: '', unprotected: over.unprotected ?? false, verdict: over.verdict ?? 'passed' },
    experiment: ExperimentSpec.parse({
      ...{ title: 't', description: 'd', sli, method: [] },
      'steady-state-hypothesis': { title: 's', probes: [probe] },
      expected: { protected: ['passed'], unprotected: ['deviated'], breaks, may_violate: ['I12'] },
    }),
    events: [
      { type: 'activity-ended', at: T, name: 'I7 holds', kind: 'probe', ok: over.probe ?? true, output: '' },
    ],
    recovery: Recovery.parse({
      ...{ t0: T + 10_000, t1: null, t1Cause: null, t2: null, t3: T + 25_000, t4: null },
      ...{ detect: figure, mitigate: figure, recover: figure, outage: figure, lostRequests: figure },
      ...{
        blastRadius: figure,
        receiptShare: figure,
        injectedRate: figure,
        queuePeak: figure,
        drainMs: figure,
      },
      ...{ retryAmplification: [], affectedServices: [], sli: [], violated: over.violated ?? [] },
      sagas: { confirmed: 0, compensated: 0, stuck: 0, active: 0, ...over.sagas },
      conditions: [
        {
          ...{ id: 'answers_in_band', title: '', since: null, detail: '' },
          broken: (over.broken ?? []).map(([from, to]) => [T + from * 1000, T + to * 1000]),
        },
      ],
    }),
  });
}

const differs = (run: Run) =>
  expectations(run)
    .filter(({ as }) => !as)
    .map(({ says }) => says);

describe('a run with its protections is as expected', () => {
  const breaks: Breakage[] = [{ type: 'invariant', id: 'I1' }];

  it('when its verdict is right and nothing breaks', () => {
    expect(differs(runOf(breaks))).toEqual([]);
  });

  it('not when any invariant was violated', () => {
    expect(differs(runOf([], { violated: ['I3'] }))).toEqual(['violated: I3']);
  });

  it('not when the verdict is another', () => {
    expect(differs(runOf([], { verdict: 'deviated' }))[0]).toContain('deviated, wanted passed');
  });

  it('not when what only an unprotected run may break breaks', () => {
    expect(differs(runOf(breaks, { violated: ['I1'] }))).toContain('I1 violated');
  });
});

describe('a run without its protections is as expected', () => {
  const without = (breaks: Breakage[], over: Over = {}) =>
    differs(runOf(breaks, { unprotected: true, verdict: 'deviated', ...over }));

  it('when the invariant that was named is violated, and no other', () => {
    const breaks: Breakage[] = [{ type: 'invariant', id: 'I1' }];
    expect(without(breaks, { violated: ['I1'] })).toEqual([]);
    expect(without(breaks)).toEqual(['I1 holds']);
    expect(without(breaks, { violated: ['I1', 'I2'] })).toEqual(['violated: I2']);
    expect(without(breaks, { violated: ['I1', 'I12'] })).toEqual([]);
  });

  it('when the probe that was named failed', () => {
    const breaks: Breakage[] = [{ type: 'probe', name: 'I7 holds' }];
    expect(without(breaks, { probe: false })).toEqual([]);
    expect(without(breaks)).toEqual(['I7 holds: yes ()']);
    expect(without([{ type: 'probe', name: 'another' }])).toEqual(['"another" was not asked']);
  });

  it('when the condition was broken for long enough while the fault was on', () => {
    const breaks: Breakage[] = [{ type: 'condition', id: 'answers_in_band', for: 8 }];
    expect(
      without(breaks, {
        broken: [
          [5, 14],
          [20, 40],
        ],
      }),
    ).toEqual([]);
    expect(
      without(breaks, {
        broken: [
          [5, 14],
          [23, 40],
        ],
      })[0],
    ).toContain('broken for 6.0 s');
  });

  it('when enough sagas were compensated', () => {
    const breaks: Breakage[] = [{ type: 'sagas', compensated: 0.5 }];
    expect(without(breaks, { sagas: { confirmed: 5, compensated: 5 } })).toEqual([]);
    expect(without(breaks, { sagas: { confirmed: 6, compensated: 5 } })[0]).toContain('5 of 11 sagas');
    expect(without(breaks)[0]).toContain('0 of 0 sagas');
  });
});
