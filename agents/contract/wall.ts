import { z } from 'zod';

/**
 * What an auditor says about the invariants it judges: a row for each, and the facts behind one of them. Instants are
 * epoch milliseconds.
 */
const millis = z.number().describe('epoch milliseconds');
export const WallVerdict = z.enum(['OK', 'PENDING', 'UNKNOWN', 'VIOLATION']);
export type WallVerdict = z.infer<typeof WallVerdict>;

export const WallRow = z.object({
  /** `I1` to `I14`. */
  id: z.string(),
  title: z.string(),
  verdict: WallVerdict,
  /** Of the last change of the verdict. */
  since: millis,
  violations: z.number().int(),
  /** Violations that somebody has acknowledged: still so, and not counted above. */
  acknowledged: z.number().int(),
  /** Facts that are not right and cannot be judged yet. */
  pending: z.number().int(),
  /** Why it could not be judged in the last sweep, or not all of it; null when it was. */
  unread: z.string().nullable(),
  /** What is counted beside it: messages lost, duplicated and recovered for instance. */
  figures: z.record(z.string(), z.number()),
});
export type WallRow = z.infer<typeof WallRow>;

export const Wall = z.object({
  /** Null before the first. */
  sweep: z
    .object({
      number: z.number().int(),
      at: millis,
      tookMs: z.number(),
      /** Orders looked at. */
      orders: z.number().int(),
      everything: z.boolean(),
    })
    .nullable(),
  /** Orders not known to be right yet. */
  open: z.number().int(),
  invariants: z.array(WallRow),
});
export type Wall = z.infer<typeof Wall>;

const fact = {
  orderId: z.string().nullable(),
  sagaId: z.string().nullable(),
  expected: z.string(),
  found: z.string(),
  key: z.string().describe('names the fact within its invariant'),
};

export const Evidence = WallRow.extend({
  /** The first 200. */
  evidence: z.array(z.object({ ...fact, since: millis, traceId: z.string() })),
  /** The first 200 that were acknowledged, why and when. */
  known: z.array(
    z.object({
      ...{ ...fact, since: millis, traceId: z.string() },
      ...{ reason: z.string(), acknowledgedAt: millis },
    }),
  ),
  /** The first 200. */
  waiting: z.array(z.object(fact)),
});
export type Evidence = z.infer<typeof Evidence>;

export const INVARIANT_ID = /^I\d{1,2}$/;

/** Takes what is violated now as known. */
export const Acknowledge = z.object({
  /** Of which invariant; absent: of all. */
  id: z.string().regex(INVARIANT_ID).optional(),
  /** Why it is left as it is. */
  reason: z.string().trim().min(3).max(300),
});
export type Acknowledge = z.infer<typeof Acknowledge>;

/** Violations which are known from now on. */
export const Acknowledged = z.object({ acknowledged: z.number().int() });
