import { z } from 'zod';

/** One number with the way it was reached; every figure of a report has these (CHAOS.md section 4). */
export const Figure = z.object({
  value: z.number().nullable(),
  unit: z.enum(['ms', 'requests', 'sagas', 'services', 'share', 'ratio', 'messages']),
  /** As it is written on the screen: `t4 - t3`. */
  formula: z.string(),
  /** In words: what went in, or why there is no value. */
  inputs: z.string(),
});
export type Figure = z.infer<typeof Figure>;

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
  injectedRate: Figure,
  retryAmplification: z.array(z.object({ from: z.string(), to: z.string(), figure: Figure })),
  queuePeak: Figure,
  drainMs: Figure,
  sagas: z.object({
    confirmed: z.number().int(),
    compensated: z.number().int(),
    stuck: z.number().int(),
    active: z.number().int(),
  }),
  affectedServices: z.array(z.string()),
  /** Invariants that held before the first fault and were violated after it. */
  violated: z.array(z.string()).default([]),
  conditions: z.array(Condition),
  sli: z.array(SliPoint),
});
export type Recovery = z.infer<typeof Recovery>;
