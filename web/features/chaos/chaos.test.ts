import { emptyTimeline } from '@stormglass/agents/contract';
import {
  ExperimentSpec,
  type Figure,
  type Recovery,
  type Run,
  type RunEvent,
  VERDICTS,
} from '@stormglass/chaos/contract';
import { describe, expect, it } from 'vitest';
import { verdictWords } from '../../live/verdict-words.ts';
import { anatomyOf, anatomyRange } from './anatomy.ts';
import { lastToHold } from './conditions.ts';
import { figureCards } from './figures.ts';
import { runProgress } from './progress.ts';
import { storyOf } from './story.ts';

const T0 = 1_000_000;
const experiment = ExperimentSpec.parse({
  title: 'Service timeout cascade',
  description: 'Payments answers late.',
  sli: { service: 'gateway', metric: 'good_rate' },
  'steady-state-hypothesis': {
    title: 'steady',
    probes: [
      {
        type: 'probe',
        name: 'p',
        provider: { type: 'sli', query: { service: 'gateway', metric: 'good_rate' } },
      },
    ],
  },
  method: [
    {
      type: 'action',
      name: 'late payments',
      provider: {
        type: 'fault',
        spec: {
          action: { type: 'latency', ms: 3500 },
          target: { kind: 'service', service: 'payments' },
          selector: { percentage: 80 },
        },
      },
    },
  ],
  budget: { detect: 10, recover: 20 },
});
const figure = (value: number | null, unit: Figure['unit'] = 'ms'): Figure => ({
  value,
  unit,
  formula: 'f',
  inputs: 'i',
  points: [],
  morePoints: 0,
  interval: null,
});

function recovery(more: Partial<Recovery> = {}): Recovery {
  return {
    t0: T0,
    t1: T0 + 7_600,
    t1Cause: 'orders → payments opened',
    t2: T0 + 11_100,
    t3: T0 + 89_800,
    t4: T0 + 119_500,
    detect: figure(7_600),
    mitigate: figure(11_100),
    recover: figure(29_700),
    outage: figure(119_500),
    lostRequests: figure(37, 'requests'),
    blastRadius: figure(1, 'services'),
    receiptShare: figure(0.05, 'share'),
    reach: figure(0.1, 'share'),
    injectedRate: figure(0.797, 'share'),
    injections: [],
    retryAmplification: [],
    queuePeak: figure(611, 'messages'),
    drainMs: figure(15_300),
    drainSlope: figure(-40, 'messages/s'),
    drainPredicted: figure(15_000),
    sagaFigures: {
      confirmed: figure(1044, 'sagas'),
      compensated: figure(34, 'sagas'),
      stuck: figure(0, 'sagas'),
    },
    baseline: null,
    dwellMs: 3_000,
    sagas: { confirmed: 1044, compensated: 34, stuck: 0, active: 0 },
    affectedServices: ['orders'],
    conditions: [
      {
        id: 'queues_at_baseline',
        title: 'queues at baseline',
        broken: [[T0 + 9_000, T0 + 119_000]],
        since: T0 + 119_000,
        detail: '',
      },
      {
        id: 'answers_in_band',
        title: 'answers in band',
        broken: [[T0 + 3_000, T0 + 11_000]],
        since: T0 + 11_000,
        detail: '',
      },
    ],
    violated: [],
    sli: [
      { second: T0 / 1000, good: 9, total: 12 },
      { second: T0 / 1000 + 1, good: 0, total: 0 },
    ],
    ...more,
  };
}

function run(more: Partial<Run> = {}): Run {
  return {
    id: '214',
    experimentId: 'service-timeout-cascade',
    experiment,
    seed: 214,
    unprotected: false,
    startedBy: 'mara',
    startedAt: T0 - 60_000,
    endedAt: T0 + 125_000,
    phase: 'ended',
    verdict: 'degraded-recovered',
    why: '',
    events: [],
    recovery: recovery(),
    ...more,
  };
}
const text = (r: Run) =>
  storyOf(r)
    .map((p) => p.text)
    .join('');

describe('the story of a run', () => {
  it('says what broke, what it cost and whether it is over, from the measured numbers', () => {
    const said = text(run());
    expect(said).toContain('Payments answered 3.50 s late on 80 % of calls.');
    expect(said).toContain('noticed after 7.60 s: orders → payments opened');
    expect(said).toContain('37 requests did not get a good answer');
    expect(said).toContain('29.7 s later, the last to hold: queues at baseline');
    expect(said).toContain('1,044 sagas confirmed, 34 undone. No saga is stuck.');
  });

  it('does not claim what was not measured', () => {
    const r = recovery({
      t1: null,
      detect: figure(null),
      t2: null,
      t4: null,
      conditions: recovery().conditions.map((c) => ({ ...c, since: null })),
    });
    const said = text(run({ recovery: r }));
    expect(said).toContain('Nothing noticed it');
    expect(said).toContain('still waiting for queues at baseline, answers in band');
    expect(said).not.toContain('answers were good again');
  });

  it('names a stuck saga', () => {
    expect(
      text(run({ recovery: recovery({ sagas: { confirmed: 1, compensated: 0, stuck: 2, active: 0 } }) })),
    ).toContain('2 sagas stuck');
  });
});

describe('the figures', () => {
  it('stand beside their budgets, and a broken one is said to be broken', () => {
    const cards = new Map(figureCards(run(), recovery()).map((c) => [c.id, c]));
    expect(cards.get('detect')).toMatchObject({ note: 'budget 10.0 s', tone: 'plain' });
    expect(cards.get('recover')).toMatchObject({ note: 'budget 20.0 s, broken', tone: 'failing' });
  });

  it('never say that a queue did not drain in which nothing waited', () => {
    const note = (more: Partial<Recovery>) =>
      figureCards(run(), recovery({ drainMs: figure(null), ...more })).find((c) => c.id === 'queue')?.note;
    expect(note({ queuePeak: figure(0, 'messages') })).toBe('nothing had to wait');
    expect(note({})).toBe('did not drain');
  });

  it('are unknown, not zero, when they were not measured', () => {
    const card = figureCards(run(), recovery({ recover: figure(null) })).find((c) => c.id === 'recover');
    expect(card).toMatchObject({ value: { value: 'unknown' }, tone: 'unknown' });
  });
});

describe('what t4 waited for', () => {
  it('is the condition that was broken last before it, even if another one broke again later', () => {
    const r = recovery();
    const [queues, answers] = r.conditions;
    if (!queues || !answers) throw new Error('two conditions');
    const late = {
      ...answers,
      broken: [
        [T0 + 3_000, T0 + 119_400] as [number, number],
        [T0 + 121_000, T0 + 125_000] as [number, number],
      ],
      since: null,
    };
    const early = { ...queues, broken: [[T0 + 9_000, T0 + 60_000] as [number, number]], since: T0 + 60_000 };
    expect(lastToHold({ t4: r.t4, conditions: [early, late] })).toMatchObject({
      id: 'answers_in_band',
      at: T0 + 119_400,
    });
    expect(lastToHold({ t4: null, conditions: [early, late] })).toBeNull();
  });
});

describe('the anatomy', () => {
  it('begins before t0 and ends after t4', () => {
    const { from, to } = anatomyRange(run(), 0);
    expect(from).toBeLessThan(T0);
    expect(to).toBeGreaterThan(T0 + 119_500);
  });

  it('grows with the clock while the run is on', () => {
    expect(anatomyRange(run({ endedAt: null, recovery: null }), T0 + 5_000).to).toBe(T0 + 5_000);
  });

  it('marks the condition that t4 waited for', () => {
    const drawn = anatomyOf(run(), emptyTimeline(), 0);
    expect(drawn.conditions.map((c) => [c.title, c.last])).toEqual([
      ['answers in band', false],
      ['queues at baseline', true],
    ]);
  });

  it('has a dimension line for each measured interval and none for others', () => {
    expect(anatomyOf(run(), emptyTimeline(), 0).dimensions.map((d) => d.label)).toEqual([
      'detect 7.60 s',
      'mitigate 11.1 s',
      'recover 29.7 s',
      'hurt to healthy 119.5 s',
    ]);
    const early = run({ recovery: recovery({ t4: null, t3: null }) });
    expect(anatomyOf(early, emptyTimeline(), 0).dimensions).toHaveLength(2);
  });

  it('leaves out what was measured before its range', () => {
    const early = { second: T0 / 1000 - 100, good: 1, total: 1 };
    const drawn = anatomyOf(run({ recovery: recovery({ sli: [early] }) }), emptyTimeline(), 0);
    expect(drawn.good).toEqual([]);
  });

  it('draws a second without a call as unknown', () => {
    expect(anatomyOf(run(), emptyTimeline(), 0).good.map((g) => g.share)).toEqual([0.75, null]);
  });
});

describe('the progress of a run', () => {
  const events: RunEvent[] = [
    { type: 'phase', at: 1, phase: 'steady-before' },
    { type: 'activity-started', at: 2, name: 'good answers', kind: 'probe' },
    { type: 'activity-ended', at: 3, name: 'good answers', kind: 'probe', ok: true, output: '100 %' },
    { type: 'phase', at: 4, phase: 'method' },
    { type: 'activity-ended', at: 5, name: 'good answers', kind: 'probe', ok: false, output: '58 %' },
    { type: 'guard', at: 6, name: 'errors', value: 0.4, tripped: false },
  ];

  it('knows which phase is on and which wait', () => {
    expect(runProgress(events).phases.map((p) => p.state)).toEqual([
      'done',
      'now',
      'waiting',
      'waiting',
      'waiting',
      'waiting',
    ]);
  });

  it('keeps a deviation open until the probe is fine again', () => {
    expect(runProgress(events).deviations).toMatchObject([{ from: 5, to: null }]);
    const healed: RunEvent = {
      type: 'activity-ended',
      at: 9,
      name: 'good answers',
      kind: 'probe',
      ok: true,
      output: '',
    };
    expect(runProgress([...events, healed]).deviations).toMatchObject([{ from: 5, to: 9 }]);
  });

  it('calls a phase skipped when the run ended without it', () => {
    const ended: RunEvent[] = [
      { type: 'phase', at: 1, phase: 'steady-before' },
      { type: 'phase', at: 2, phase: 'ended' },
      { type: 'ended', at: 2, verdict: 'not-run', why: 'not steady' },
    ];
    expect(runProgress(ended).phases.map((p) => p.state)).toEqual([
      'done',
      'skipped',
      'skipped',
      'skipped',
      'skipped',
      'done',
    ]);
  });
});

describe('a verdict', () => {
  it('has words and its own exit code, each', () => {
    const codes = (Object.keys(VERDICTS) as (keyof typeof VERDICTS)[]).map((v) => verdictWords(v).exit);
    expect(new Set(codes).size).toBe(10);
    expect(verdictWords(null).title).toBe('Running');
  });
});
