import type { SpanView, TraceDetail } from '@stormglass/agents/contract';

const NS_PER_MS = 1e6;

/** A span of orders from `startMs` to `endMs`, milliseconds from the start of the trace. */
export function span(
  spanId: string,
  parentSpanId: string,
  startMs: number,
  endMs: number,
  more: Partial<SpanView> = {},
): SpanView {
  return {
    traceId: 't',
    spanId,
    parentSpanId,
    service: 'orders',
    instance: 'orders-1',
    name: spanId,
    kind: 'internal',
    startNs: '0',
    offsetNs: startMs * NS_PER_MS,
    durationNs: (endMs - startMs) * NS_PER_MS,
    status: 'unset',
    statusMessage: '',
    attributes: {},
    resource: {},
    events: [],
    links: [],
    ...more,
  };
}

/** A whole trace of these spans. */
export function trace(spans: SpanView[]): TraceDetail {
  return {
    traceId: 't',
    startNs: '0',
    durationNs: Math.max(...spans.map((s) => s.offsetNs + s.durationNs)),
    spanCount: spans.length,
    truncated: false,
    evictedSpans: 0,
    spans,
    logs: [],
    linkedTraceIds: [],
  };
}
