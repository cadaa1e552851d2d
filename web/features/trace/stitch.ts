import type { SpanView, TraceDetail } from '@stormglass/agents/contract';

/** Nanoseconds from the start of one trace to that of another. */
function shiftNs(detail: TraceDetail, other: TraceDetail): number {
  return Number(BigInt(other.startNs) - BigInt(detail.startNs));
}

function answersTo(detail: TraceDetail): (other: TraceDetail) => boolean {
  return (other) =>
    other.spans.some((span) => span.links.some((link) => link.traceId === detail.traceId)) &&
    BigInt(other.startNs) >= BigInt(detail.startNs);
}

function moved(span: SpanView, by: number): SpanView {
  if (by === 0) return span;
  const events = span.events.map((event) => ({ ...event, offsetNs: event.offsetNs + by }));
  return { ...span, offsetNs: span.offsetNs + by, events };
}

/** Traces that handled messages of this one; what came before it, or only points elsewhere, is none of them. */
export function downstream(detail: TraceDetail, others: readonly TraceDetail[]): TraceDetail[] {
  return others.filter(answersTo(detail));
}

/**
 * One trace with those that handled its messages, on one clock. Their spans keep the id of their own trace; a span id
 * that is already taken is left out. Counts stay those of the trace.
 */
export function stitch(detail: TraceDetail, others: readonly TraceDetail[]): TraceDetail {
  if (others.length === 0) return detail;
  const known = new Set(detail.spans.map((span) => span.spanId));
  const spans = [...detail.spans];
  const logs = [...detail.logs];
  for (const other of others) {
    const by = shiftNs(detail, other);
    for (const span of other.spans) {
      if (known.has(span.spanId)) continue;
      known.add(span.spanId);
      spans.push(moved(span, by));
    }
    for (const log of other.logs) logs.push({ ...log, offsetNs: log.offsetNs + by });
  }
  return { ...detail, spans, logs };
}
