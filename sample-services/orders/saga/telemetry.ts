import { recordSaga, repeatSaga, type SagaRecord } from '@stormglass/agents/node';
import type { JournalRow, SagaOutcome } from './port.ts';

const EVENT_OF = {
  STARTED: 'started',
  INTENT: 'step_intent',
  OK: 'step_completed',
  FAILED: 'step_failed',
  AMBIGUOUS: 'step_ambiguous',
  NOT_SENT: 'step_failed',
  GIVE_UP: null,
  COMPENSATING: 'compensation_started',
  COMPENSATED: 'compensated',
  CANCEL_REQUESTED: 'cancel_requested',
  OVERDUE: 'overdue',
  STUCK: 'stuck',
  RETRIED: 'retried',
  SKIPPED: 'skipped',
  RESOLVED: 'resolved',
  TAKEOVER: 'takeover',
  ENDED: 'completed',
} as const satisfies Record<JournalRow['status'], string | null>;

export interface SagaFacts {
  sagaId: string;
  orderId: string;
  type: string;
  mode: string;
  /** Cents; told once, at the start. */
  amount?: number;
  outcome?: SagaOutcome;
}

/** Says a journal row as telemetry. Called after the row is committed: what is shown is what is true. */
export function announce(row: JournalRow, facts: SagaFacts): void {
  const record = recordOf(row, facts);
  if (record !== null) recordSaga(record);
}

/** The same of a row which a former life of this service may not have got out. */
export function announceAgain(row: JournalRow, facts: SagaFacts): void {
  const record = recordOf(row, facts);
  if (record !== null) repeatSaga(record);
}

/** Null for a row that is nobody's business but the journal's. */
function recordOf(row: JournalRow, facts: SagaFacts): SagaRecord | null {
  const event = EVENT_OF[row.status];
  if (event === null) return null;
  return {
    event,
    type: facts.type,
    sagaId: facts.sagaId,
    orderId: facts.orderId,
    mode: facts.mode,
    at: row.at,
    step: row.step,
    kind: row.kind,
    attempt: row.attempt,
    epoch: row.epoch,
    owner: row.owner,
    key: row.kind === '' ? '' : row.key,
    detail: row.detail,
    ...(facts.amount === undefined ? {} : { amount: facts.amount }),
    ...(facts.outcome === undefined ? {} : { outcome: facts.outcome }),
  };
}
