import type { Attributes, Span } from '@opentelemetry/api';
import { EVENT, type Lease, RECEIPT_ATTR } from '../../contract/index.ts';

/** Attributes by which a touched span or message names its fault. */
export function receiptOf(lease: Lease): Attributes {
  return {
    [RECEIPT_ATTR.faultId]: lease.faultId,
    [RECEIPT_ATTR.runId]: lease.runId ?? '',
    [RECEIPT_ATTR.faultType]: lease.spec.action.type,
    [RECEIPT_ATTR.position]: lease.spec.position,
  };
}

/**
 * Marks the span at the moment of the effect, with the delay that is meant (ms; endless is 0 until it is known): a span
 * which ends before the effect does, because the caller left, keeps its receipt all the same.
 */
export function markSpan(span: Span | undefined, lease: Lease, delayMs: number): void {
  if (!span?.isRecording()) return;
  const seconds = Number.isFinite(delayMs) ? delayMs / 1000 : 0;
  const receipt = { ...receiptOf(lease), [RECEIPT_ATTR.duration]: seconds };
  span.setAttributes(receipt);
  span.addEvent(EVENT.faultInjected, receipt);
}

/** Puts the delay that really was (ms) in place of the one that was meant. */
export function settleSpan(span: Span | undefined, tookMs: number): void {
  if (span?.isRecording()) span.setAttribute(RECEIPT_ATTR.duration, tookMs / 1000);
}
