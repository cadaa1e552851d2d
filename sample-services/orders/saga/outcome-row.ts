import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { assertNever } from '@stormglass/agents/contract';
import type { PeerOutcome } from '../../kit/peer/outcome.ts';
import type { JournalRow } from './port.ts';

/** What a call's outcome is in the journal. */
export function resultOf(outcome: PeerOutcome<unknown>, step: string): Pick<JournalRow, 'status' | 'detail'> {
  switch (outcome.kind) {
    case 'ok':
      return { status: 'OK', detail: `${step} done` };
    case 'rejected':
      return { status: 'FAILED', detail: `${outcome.code}: ${outcome.message}` };
    case 'ambiguous':
      return { status: 'AMBIGUOUS', detail: `${outcome.reason}: ${outcome.message}` };
    case 'notSent':
      return { status: 'NOT_SENT', detail: `${outcome.reason}: ${outcome.message}` };
    default:
      return assertNever(outcome);
  }
}

/** A step that did not work is an error on its span, though no exception passed through it. */
export function marked<T>(span: Span, outcome: PeerOutcome<T>): PeerOutcome<T> {
  if (outcome.kind !== 'ok') {
    span.setStatus({ code: SpanStatusCode.ERROR, message: `${outcome.kind}: ${outcome.message}` });
  }
  return outcome;
}
