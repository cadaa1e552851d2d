import type { Database, Sql } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import { effectOfCancel } from './decide.ts';
import type { Reversal, SagaDefinition } from './definition.ts';
import type { Journal, SagaHead } from './journal.ts';
import type { JournalRow, SagaStatus, SignalAnswer } from './port.ts';

export interface SignalParts {
  db: Database;
  journal: Journal;
  definitionOf(type: string): SagaDefinition;
  /** Commits what takes a saga back, unless it is there already. */
  reverse(tx: Sql, reversal: Reversal): Promise<void>;
}

interface Signalled extends Omit<SignalAnswer, 'status'> {
  /** False when there was nothing to note: it was noted before, or the saga has ended. */
  noted: boolean;
}

/**
 * Decides what a signal comes to and notes it, under the lock of the saga's row: its driver's next write comes either
 * wholly before (and is seen here) or wholly after (and sees the note).
 */
export function noteSignal(
  { db, journal, definitionOf, reverse }: SignalParts,
  sagaId: string,
  signal: 'cancel' | 'return',
): Promise<Signalled> {
  return db.transaction(async (tx) => {
    await tx.query('select 1 from saga where id = $1 for update', [sagaId]);
    const head = await journal.head(tx, sagaId);
    if (!head) throw new ShopError('not_found', `there is no saga ${sagaId}`, 'Check the id.');
    const definition = definitionOf(head.type);
    const saga = definition.bind(head.input);
    const rows = await journal.rows(tx, sagaId);
    const reversal = saga.reversal(sagaId);
    const effect = effectOf(definition, head, rows);
    if (!reversal || effect === null || (signal === 'return' && effect !== 'returns')) {
      throw refusal(sagaId, statusOf(head, rows), signal);
    }
    if (head.outcome === null) await journal.requestCancel(tx, sagaId);
    else if (effect === 'returns') await reverse(tx, reversal);
    const noted = head.outcome === null && !isCancelled(rows);
    return { effect, noted, returnSagaId: effect === 'returns' ? reversal.sagaId : null };
  });
}

/** Null when it has ended without anything to take back. */
function effectOf(
  { plan, completes }: SagaDefinition,
  { outcome }: SagaHead,
  rows: readonly JournalRow[],
): SignalAnswer['effect'] | null {
  if (outcome === null) return effectOfCancel(plan, rows);
  if (outcome === completes) return 'returns';
  // Somebody who did not hear the answer asks once more.
  return isCancelled(rows) ? 'compensates' : null;
}

function isCancelled(rows: readonly JournalRow[]): boolean {
  return rows.some((row) => row.status === 'CANCEL_REQUESTED');
}

export function statusOf(head: SagaHead, rows: readonly JournalRow[]): SagaStatus {
  const turned = rows.some((row) => row.status === 'GIVE_UP');
  return head.outcome ?? (head.stuck ? 'stuck' : turned ? 'compensating' : 'running');
}

export function refusal(sagaId: string, status: SagaStatus, signal: 'cancel' | 'return'): ShopError {
  if (signal === 'return') {
    return new ShopError(
      'not_returnable',
      `saga ${sagaId} is ${status}: nothing was delivered`,
      'Cancel the order instead, if it is still open.',
    );
  }
  return new ShopError(
    'not_cancellable',
    `saga ${sagaId} is ${status}: there is nothing to take back`,
    'Nothing is left to do.',
  );
}
