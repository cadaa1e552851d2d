import { z } from 'zod';

const millis = z.number().describe('epoch milliseconds');
const Verdict = z.enum(['OK', 'PENDING', 'UNKNOWN', 'VIOLATION']);

export const WallRow = z.object({
  /** `I1` to `I14`. */
  id: z.string(),
  title: z.string(),
  verdict: Verdict,
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

export const SweepAnswer = z.object({
  number: z.number().int(),
  at: millis,
  tookMs: z.number(),
  /** Orders looked at. */
  orders: z.number().int(),
  everything: z.boolean(),
});

export const WallAnswer = z.object({
  /** Null before the first. */
  sweep: SweepAnswer.nullable(),
  /** Orders not known to be right yet. */
  open: z.number().int(),
  invariants: z.array(WallRow),
});
export type WallAnswer = z.infer<typeof WallAnswer>;

const fact = {
  orderId: z.string().nullable(),
  sagaId: z.string().nullable(),
  expected: z.string(),
  found: z.string(),
  key: z.string().describe('names the fact within its invariant'),
};

export const EvidenceAnswer = WallRow.extend({
  /** The first 200. */
  evidence: z.array(z.object({ ...fact, since: millis, traceId: z.string() })),
  /** The first 200 that were acknowledged, why and when. */
  known: z.array(
    z.object({
      ...{ ...fact, since: millis, traceId: z.string() },
      ...{ reason: z.string(), acknowledgedAt: millis },
    }),
  ),
  waiting: z.array(z.object(fact)),
});
export type EvidenceAnswer = z.infer<typeof EvidenceAnswer>;

export const ById = z.object({ id: z.string().regex(/^I\d{1,2}$/) });

/** Takes what is violated now as known. */
export const Acknowledge = z.object({
  /** Of which invariant; absent: of all. */
  id: ById.shape.id.optional(),
  /** Why it is left as it is. */
  reason: z.string().trim().min(3).max(300),
});
export type Acknowledge = z.output<typeof Acknowledge>;
/** Violations which are known from now on. */
export const AcknowledgeAnswer = z.object({ acknowledged: z.number().int() });

export const SweepQuery = z.object({ everything: z.enum(['true', 'false']).default('false') });

const ms = z.number().nullable();
/** From the end of a saga to the last word of any book about its order, over the newest 1,000 sagas. */
export const ConsistencyAnswer = z.object({ p50Ms: ms, p95Ms: ms, maxMs: ms, sagas: z.number().int() });
