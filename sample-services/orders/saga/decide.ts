import type { SagaPolicy } from './policy.ts';
import type { JournalRow, SagaOutcome } from './port.ts';

/**
 * `compensatable` steps come first and can be undone. The `pivot` decides: once it has happened the saga can only go
 * forward (until then it is undone like the others). `retriable` steps are repeated until they succeed.
 */
export type StepKind = 'compensatable' | 'pivot' | 'retriable';

export interface SagaPlan {
  /** In order. */
  steps: readonly { name: string; kind: StepKind }[];
}

/** What somebody else has noted about a running saga. */
export interface SagaFlags {
  cancelRequested: boolean;
  overdue: boolean;
}

export type GiveUpCause = 'rejected' | 'cancelled' | 'exhausted';
export type Undone = Extract<SagaOutcome, 'compensated' | 'rejected' | 'failed'>;

export type Move =
  | { do: 'act'; step: string; attempt: number }
  | { do: 'giveUp'; step: string; cause: GiveUpCause; detail: string }
  | { do: 'compensate'; step: string; attempt: number }
  | { do: 'complete' }
  | { do: 'end'; outcome: Undone; reason: string }
  | { do: 'nothing' };

/**
 * The next move of a saga: a pure function of its journal, so that any process at any moment, after any crash, decides
 * the same. `now` (epoch ms) matters only for the budget of a step that does not get through.
 */
export function decide(
  plan: SagaPlan,
  journal: readonly JournalRow[],
  flags: SagaFlags,
  policy: SagaPolicy,
  now: number,
): Move {
  if (journal.some((row) => row.status === 'ENDED')) return { do: 'nothing' };
  const giveUp = journal.find((row) => row.status === 'GIVE_UP');
  if (giveUp) return undo(plan, journal, giveUp);
  const step = plan.steps.find(({ name }) => !isDone(journal, name));
  if (!step) return { do: 'complete' };
  const attempt = lastAttempt(actions(journal, step.name)) + 1;
  if (step.kind === 'retriable') return { do: 'act', step: step.name, attempt };
  if (flags.cancelRequested) {
    return { do: 'giveUp', step: step.name, cause: 'cancelled', detail: `cancelled before ${pivotOf(plan)}` };
  }
  if (flags.overdue) {
    const detail = `not through at its deadline of ${policy.deadlineMs / 1000} s`;
    return { do: 'giveUp', step: step.name, cause: 'exhausted', detail };
  }
  return forward(journal, step.name, attempt, policy, now);
}

function forward(
  journal: readonly JournalRow[],
  step: string,
  attempt: number,
  policy: SagaPolicy,
  now: number,
): Move {
  const refused = actions(journal, step).find((row) => row.status === 'FAILED');
  if (refused) return { do: 'giveUp', step, cause: 'rejected', detail: refused.detail };
  const recent = actions(sinceTakeover(journal), step);
  const first = recent[0];
  if (first) {
    const ambiguous = recent.filter((row) => row.status === 'AMBIGUOUS').length;
    if (ambiguous >= policy.ambiguousAttempts) {
      const detail = `${step} stayed ambiguous after ${ambiguous} attempts`;
      return { do: 'giveUp', step, cause: 'exhausted', detail };
    }
    if (now - first.at > policy.stepBudgetMs) {
      const detail = `${step} did not get through in ${policy.stepBudgetMs / 1000} s`;
      return { do: 'giveUp', step, cause: 'exhausted', detail };
    }
  }
  return { do: 'act', step, attempt };
}

function undo(plan: SagaPlan, journal: readonly JournalRow[], giveUp: JournalRow): Move {
  for (const { name } of [...plan.steps].reverse()) {
    if (!mayHaveHappened(journal, name)) continue;
    const rows = journal.filter((row) => row.step === name && row.kind === 'compensate');
    if (rows.some((row) => SETTLED.has(row.status))) continue;
    return { do: 'compensate', step: name, attempt: lastAttempt(rows) + 1 };
  }
  return { do: 'end', outcome: outcomeOf(journal), reason: giveUp.detail };
}

/** Rows after which a step needs nothing more in that direction. */
export const SETTLED: ReadonlySet<JournalRow['status']> = new Set<JournalRow['status']>([
  'OK',
  'COMPENSATED',
  'SKIPPED',
  'RESOLVED',
]);

/** How a saga ends that was given up. The cause of a GIVE_UP row is kept in its key: that row belongs to no call. */
export function outcomeOf(journal: readonly JournalRow[]): Undone {
  // What a person left as it is was not undone.
  if (journal.some((row) => row.kind === 'compensate' && row.status === 'SKIPPED')) return 'failed';
  if (journal.some((row) => row.kind === 'compensate' && SETTLED.has(row.status))) return 'compensated';
  const cause = journal.find((row) => row.status === 'GIVE_UP')?.key;
  if (cause === ('rejected' satisfies GiveUpCause)) return 'rejected';
  return cause === ('cancelled' satisfies GiveUpCause) ? 'compensated' : 'failed';
}

/**
 * True unless every attempt is known to have had no effect. An INTENT without a result is a crash in mid-call: it counts
 * as happened, as does any ambiguous attempt, even if a later one was refused.
 */
export function mayHaveHappened(journal: readonly JournalRow[], step: string): boolean {
  const rows = actions(journal, step);
  return rows
    .filter((row) => row.status === 'INTENT')
    .some((intent) => {
      const result = rows.find((row) => row.attempt === intent.attempt && row.status !== 'INTENT');
      return result === undefined || (result.status !== 'FAILED' && result.status !== 'NOT_SENT');
    });
}

/** What a cancellation comes to that is noted now, by what is in the journal at that moment. */
export function effectOfCancel(
  plan: SagaPlan,
  journal: readonly JournalRow[],
): 'compensates' | 'returns' | 'undecided' {
  if (journal.some((row) => row.status === 'GIVE_UP')) return 'compensates';
  const pivot = plan.steps.find((step) => step.kind === 'pivot');
  if (!pivot || isDone(journal, pivot.name)) return 'returns';
  // A pivot whose last attempt has a result is undone before it is tried again.
  const last = actions(journal, pivot.name).at(-1);
  return last?.status === 'INTENT' ? 'undecided' : 'compensates';
}

function pivotOf(plan: SagaPlan): string {
  return plan.steps.find((step) => step.kind === 'pivot')?.name ?? 'its pivot';
}

function isDone(journal: readonly JournalRow[], step: string): boolean {
  return actions(journal, step).some((row) => SETTLED.has(row.status));
}

function actions(journal: readonly JournalRow[], step: string): JournalRow[] {
  return journal.filter((row) => row.step === step && row.kind === 'action');
}

function lastAttempt(rows: readonly JournalRow[]): number {
  return rows.reduce((max, row) => Math.max(max, row.attempt), 0);
}

function sinceTakeover(journal: readonly JournalRow[]): readonly JournalRow[] {
  return journal.slice(journal.findLastIndex((row) => row.status === 'TAKEOVER') + 1);
}
