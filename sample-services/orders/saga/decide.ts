import type { SagaPolicy } from './policy.ts';
import type { JournalRow, SagaOutcome } from './port.ts';

/** Steps with an effect outside, in order. The last is the pivot: after it the saga can only go forward. */
export const STEPS = ['reserve', 'charge', 'ship'] as const;
export type StepName = (typeof STEPS)[number];
const PIVOT: StepName = 'ship';

export type GiveUpCause = 'rejected' | 'cancelled' | 'exhausted';

export type Move =
  | { do: 'act'; step: StepName; attempt: number }
  | { do: 'giveUp'; step: string; cause: GiveUpCause; detail: string }
  | { do: 'compensate'; step: StepName; attempt: number }
  | { do: 'confirm' }
  | { do: 'end'; outcome: Exclude<SagaOutcome, 'confirmed'>; reason: string }
  | { do: 'nothing' };

/**
 * The next move of a saga: a pure function of its journal, so that any process at any moment, after any crash, decides
 * the same. `now` (epoch ms) matters only for the budget of a step that does not get through.
 */
export function decide(
  journal: readonly JournalRow[],
  cancelRequested: boolean,
  policy: SagaPolicy,
  now: number,
): Move {
  if (journal.some((row) => row.status === 'ENDED')) return { do: 'nothing' };
  const giveUp = journal.find((row) => row.status === 'GIVE_UP');
  if (giveUp) return undo(journal, giveUp);
  const step = STEPS.find((name) => !isDone(journal, name));
  if (!step) return { do: 'confirm' };
  if (cancelRequested) {
    return { do: 'giveUp', step, cause: 'cancelled', detail: `cancelled before ${PIVOT}` };
  }
  return forward(journal, step, policy, now);
}

function forward(journal: readonly JournalRow[], step: StepName, policy: SagaPolicy, now: number): Move {
  const rows = actions(journal, step);
  const refused = rows.find((row) => row.status === 'FAILED');
  if (refused) return { do: 'giveUp', step, cause: 'rejected', detail: refused.detail };
  const attempt = lastAttempt(rows) + 1;
  const recent = sinceTakeover(journal).filter((row) => row.step === step && row.kind === 'action');
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

function undo(journal: readonly JournalRow[], giveUp: JournalRow): Move {
  for (const step of [...STEPS].reverse()) {
    if (!mayHaveHappened(journal, step)) continue;
    const rows = journal.filter((row) => row.step === step && row.kind === 'compensate');
    if (rows.some((row) => row.status === 'COMPENSATED')) continue;
    return { do: 'compensate', step, attempt: lastAttempt(rows) + 1 };
  }
  return { do: 'end', outcome: outcomeOf(journal, giveUp), reason: giveUp.detail };
}

/** The cause of a GIVE_UP row is kept in its key: that row belongs to no call. */
function outcomeOf(journal: readonly JournalRow[], giveUp: JournalRow): Exclude<SagaOutcome, 'confirmed'> {
  if (journal.some((row) => row.status === 'COMPENSATED')) return 'compensated';
  if (giveUp.key === ('rejected' satisfies GiveUpCause)) return 'rejected';
  return giveUp.key === ('cancelled' satisfies GiveUpCause) ? 'compensated' : 'failed';
}

/**
 * True unless every attempt is known to have had no effect. An INTENT without a result is a crash in mid-call: it counts
 * as happened, as does any ambiguous attempt, even if a later one was refused.
 */
export function mayHaveHappened(journal: readonly JournalRow[], step: StepName): boolean {
  const rows = actions(journal, step);
  return rows
    .filter((row) => row.status === 'INTENT')
    .some((intent) => {
      const result = rows.find((row) => row.attempt === intent.attempt && row.status !== 'INTENT');
      return result === undefined || (result.status !== 'FAILED' && result.status !== 'NOT_SENT');
    });
}

export function pivotPassed(journal: readonly JournalRow[]): boolean {
  return isDone(journal, PIVOT);
}

function isDone(journal: readonly JournalRow[], step: StepName): boolean {
  return actions(journal, step).some((row) => row.status === 'OK');
}

function actions(journal: readonly JournalRow[], step: StepName): JournalRow[] {
  return journal.filter((row) => row.step === step && row.kind === 'action');
}

function lastAttempt(rows: readonly JournalRow[]): number {
  return rows.reduce((max, row) => Math.max(max, row.attempt), 0);
}

function sinceTakeover(journal: readonly JournalRow[]): readonly JournalRow[] {
  return journal.slice(journal.findLastIndex((row) => row.status === 'TAKEOVER') + 1);
}
