/** How patient a saga is. All times in milliseconds. */
export interface SagaPolicy {
  /** Ambiguous attempts of one step before it is given up. */
  ambiguousAttempts: number;
  /** A step that is not through after this long is given up (counted anew after a takeover). */
  stepBudgetMs: number;
  /** Base and cap of the wait between attempts of an action; full jitter. */
  retryBaseMs: number;
  retryCapMs: number;
  /** The same for compensations, which are repeated without limit. */
  compensateBaseMs: number;
  compensateCapMs: number;
  /** A saga is marked stuck after so many attempts of one compensation, or so long after it was given up. */
  stuckAfter: number;
  stuckAfterMs: number;
  /** A wait up to this long is slept through; a longer one parks the saga in the database. */
  parkAboveMs: number;
  /** An owner which does not renew for this long has lost its sagas. */
  leaseMs: number;
  /** Sagas which one process drives at once; more wait in the database. */
  concurrency: number;
}

export const SAGA_POLICY: SagaPolicy = {
  ambiguousAttempts: 3,
  stepBudgetMs: 12_000,
  retryBaseMs: 200,
  retryCapMs: 2_000,
  compensateBaseMs: 250,
  compensateCapMs: 3_000,
  stuckAfter: 5,
  stuckAfterMs: 10_000,
  parkAboveMs: 500,
  leaseMs: 5_000,
  concurrency: 64,
};
