import { type AttributeValue, RECEIPT_ATTR, type SpanView } from '@stormglass/agents/contract';

/** The part of a span which a fault put in, nanoseconds from the trace's start. */
export interface Injected {
  faultId: string;
  runId: string;
  faultType: string;
  position: string;
  from: number;
  to: number;
  injectedNs: number;
  /** What the span takes without the fault. */
  withoutNs: number;
}

function text(value: AttributeValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/**
 * Reads a fault's receipt off a span; null when it carries none. A delay before the handler is the span's first part,
 * one after it the last. The receipt's duration can be a little longer than the span by clock resolution: it is cut.
 */
export function injectedPart(span: SpanView): Injected | null {
  const faultId = text(span.attributes[RECEIPT_ATTR.faultId]);
  if (faultId === '') return null;
  const seconds = Number(span.attributes[RECEIPT_ATTR.duration] ?? 0);
  const asked = Number.isFinite(seconds) ? Math.max(0, seconds * 1e9) : 0;
  const injectedNs = Math.min(span.durationNs, asked);
  const position = text(span.attributes[RECEIPT_ATTR.position]) || 'before';
  const from = position === 'before' ? span.offsetNs : span.offsetNs + span.durationNs - injectedNs;
  return {
    faultId,
    runId: text(span.attributes[RECEIPT_ATTR.runId]),
    faultType: text(span.attributes[RECEIPT_ATTR.faultType]),
    position,
    from,
    to: from + injectedNs,
    injectedNs,
    withoutNs: Math.max(0, span.durationNs - injectedNs),
  };
}
