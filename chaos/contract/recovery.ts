import { z } from 'zod';

/** What a figure was made from: a value in the figure's own unit, and what it is. */
export const FigurePoint = z.object({
  /** Epoch ms; null for what belongs to no instant. */
  at: z.number().nullable(),
  value: z.number(),
  what: z.string(),
});
export type FigurePoint = z.infer<typeof FigurePoint>;

/** One number with the way it was reached; every figure of a report has these (CHAOS.md section 4). */
export const Figure = z.object({
  value: z.number().nullable(),
  unit: z.enum([
    'ms',
    'requests',
    'calls',
    'openings',
    'sagas',
    'services',
    'share',
    'ratio',
    'messages',
    'messages/s',
  ]),
  /** As it is written on the screen: `t4 - t3`. */
  formula: z.string(),
  /** In words: what went in, or why there is no value. */
  inputs: z.string(),
  points: z.array(FigurePoint).default([]),
  /** How many more points there are: `points` has the first ones only. */
  morePoints: z.number().int().default(0),
  /** Where the value is an estimate: it lies in here at 95 %. */
  interval: z.tuple([z.number(), z.number()]).nullable().default(null),
});
export type Figure = z.infer<typeof Figure>;

/** Stands in a run which was measured by a version that did not know the figure. */
const notMeasured = (unit: Figure['unit']): Figure => ({
  ...{ value: null, unit, formula: '', points: [], morePoints: 0, interval: null },
  inputs: 'not measured by the version that made this run',
});

export const ConditionId = z.enum([
  'answers_in_band',
  'breakers_closed',
  'queues_at_baseline',
  'sagas_in_time',
  'invariants_hold',
]);
export type ConditionId = z.infer<typeof ConditionId>;

/** A condition of recovery over time; `since` is when it became true for the last time, null if it is not true. */
export const Condition = z.object({
  id: ConditionId,
  title: z.string(),
  /** Intervals [from, to] in epoch ms in which it did not hold. */
  broken: z.array(z.tuple([z.number(), z.number()])),
  since: z.number().nullable(),
  detail: z.string(),
});
export type Condition = z.infer<typeof Condition>;

export const SliPoint = z.object({ second: z.number(), good: z.number(), total: z.number() });
export type SliPoint = z.infer<typeof SliPoint>;

/** What was usual before the first fault: the bands in which recovery has to end. */
export const Baseline = z.object({
  /** Undisturbed time, epoch ms. */
  from: z.number(),
  to: z.number(),
  /** The share of good answers may not fall below `floor`; `share` null: too few calls, all taken for good. */
  answers: z.object({
    floor: z.number(),
    share: z.number().nullable(),
    calls: z.number(),
    perSecond: z.number(),
  }),
  /** At most `limit` messages ready; `samples` of the baseline were looked at. */
  queues: z.array(z.object({ queue: z.string(), limit: z.number(), samples: z.number().int() })),
});
export type Baseline = z.infer<typeof Baseline>;

/** How much of the traffic that a fault selects it really hit. */
export const Injection = z.object({
  faultId: z.string(),
  type: z.string(),
  /** 0..1 */
  intended: z.number(),
  figure: Figure,
  /** Whether what was intended lies in the interval of what was measured; null without a measurement. */
  asIntended: z.boolean().nullable(),
});
export type Injection = z.infer<typeof Injection>;

/**
 * t0 first affected span, t1 detected, t2 mitigated (in band while the fault is on), t3 fault cleared (read back),
 * t4 recovered. Epoch milliseconds; null when it did not happen (yet).
 */
export const Recovery = z.object({
  t0: z.number().nullable(),
  t1: z.number().nullable(),
  t1Cause: z.string().nullable(),
  t2: z.number().nullable(),
  t3: z.number().nullable(),
  t4: z.number().nullable(),
  detect: Figure,
  mitigate: Figure,
  recover: Figure,
  outage: Figure,
  lostRequests: Figure,
  blastRadius: Figure,
  receiptShare: Figure,
  /** Requests and messages which carry a receipt or descend from a span that does. */
  reach: Figure.default(notMeasured('share')),
  injectedRate: Figure,
  injections: z.array(Injection).default([]),
  retryAmplification: z.array(z.object({ from: z.string(), to: z.string(), figure: Figure })),
  queuePeak: Figure,
  drainMs: Figure,
  drainSlope: Figure.default(notMeasured('messages/s')),
  drainPredicted: Figure.default(notMeasured('ms')),
  sagas: z.object({
    confirmed: z.number().int(),
    compensated: z.number().int(),
    stuck: z.number().int(),
    active: z.number().int(),
  }),
  /** The same numbers with how they were reached. */
  sagaFigures: z.object({ confirmed: Figure, compensated: Figure, stuck: Figure }).default(() => ({
    confirmed: notMeasured('sagas'),
    compensated: notMeasured('sagas'),
    stuck: notMeasured('sagas'),
  })),
  affectedServices: z.array(z.string()),
  /** Invariants that held before the first fault and were violated after it. */
  violated: z.array(z.string()).default([]),
  conditions: z.array(Condition),
  baseline: Baseline.nullable().default(null),
  dwellMs: z.number().nullable().default(null),
  sli: z.array(SliPoint),
});
export type Recovery = z.infer<typeof Recovery>;
