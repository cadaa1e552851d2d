import { z } from 'zod';

const ms = z.number().int().min(1).max(3_600_000);
const count = z.number().int().min(1).max(10_000);

/** How patient a saga is. All times in milliseconds. */
export const SagaPolicy = z.object({
  /** Ambiguous attempts of one step before it is given up. */
  ambiguousAttempts: count.default(3),
  /** A step that is not through after this long is given up (counted anew after a takeover). */
  stepBudgetMs: ms.default(12_000),
  /** A saga that has not ended so long after its start is marked overdue, and given up if it is before its pivot. */
  deadlineMs: ms.default(60_000),
  /** Base and cap of the wait between attempts of an action; full jitter. */
  retryBaseMs: ms.default(200),
  retryCapMs: ms.default(2_000),
  /** The same for what is repeated without limit: compensations, and actions after the pivot. */
  compensateBaseMs: ms.default(250),
  compensateCapMs: ms.default(3_000),
  /** What is repeated without limit is marked stuck after so many attempts, or so long after its first. */
  stuckAfter: count.default(5),
  stuckAfterMs: ms.default(10_000),
  /** A wait up to this long is slept through; a longer one parks the saga in the database. */
  parkAboveMs: ms.default(500),
  /** An owner which does not renew for this long has lost its sagas. */
  leaseMs: ms.default(5_000),
  /** Sagas which one process drives at once; more wait in the database. */
  concurrency: count.default(64),
});
export type SagaPolicy = z.output<typeof SagaPolicy>;

export const SAGA_POLICY: SagaPolicy = SagaPolicy.parse({});

/** The policy with what a JSON object changes of it, as it stands in the environment. */
export function parsePolicy(json: string | undefined): SagaPolicy {
  return json === undefined || json === '' ? SAGA_POLICY : SagaPolicy.strict().parse(JSON.parse(json));
}
