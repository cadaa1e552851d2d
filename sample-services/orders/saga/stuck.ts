import { SETTLED } from './decide.ts';
import type { SagaPolicy } from './policy.ts';
import type { JournalRow } from './port.ts';

/** The row since which a step waits for a person: stuck, and neither through nor decided about since. */
export function stuckRow(journal: readonly JournalRow[]): JournalRow | null {
  const at = journal.findLastIndex((row) => row.status === 'STUCK');
  const stuck = journal[at];
  if (!stuck) return null;
  const over = journal
    .slice(at + 1)
    .some(
      (row) =>
        row.status === 'ENDED' ||
        (row.step === stuck.step && (SETTLED.has(row.status) || row.status === 'RETRIED')),
    );
  return over ? null : stuck;
}

/**
 * Says in words that a step which is repeated without limit does not get through; null while that cannot be said yet, or
 * has been said and nobody has decided since. `now` in epoch milliseconds.
 */
export function stuckNow(
  journal: readonly JournalRow[],
  { step, kind }: Pick<JournalRow, 'step' | 'kind'>,
  policy: SagaPolicy,
  now: number,
): string | null {
  if (stuckRow(journal)?.step === step) return null;
  const decided = journal.findLastIndex((row) => row.step === step && row.status === 'RETRIED');
  const tries = journal.slice(decided + 1).filter((row) => row.step === step && row.kind === kind);
  const attempts = tries.filter((row) => row.status === 'INTENT' || row.status === 'COMPENSATING').length;
  const forMs = now - (tries[0]?.at ?? now);
  if (attempts < policy.stuckAfter && forMs <= policy.stuckAfterMs) return null;
  const what = kind === 'action' ? 'done' : 'undone';
  return `${step} is not ${what} after ${Math.round(forMs / 1000)} s and ${attempts} attempts; trying on`;
}
