import type { SpanView } from '../../contract/trace.ts';
import { typedAttributes } from './attributes.ts';
import { LIMITS, type Range, type Store } from './client.ts';
import { STORED_SPAN, type StoredSpan } from './stored-span.ts';

export interface SpanRow extends StoredSpan {
  service: string;
  kind: string;
  durationNs: number;
  status: string;
}

/** Of otel_traces. */
export const SPAN_COLUMNS = `${STORED_SPAN}, ServiceName AS service, lower(SpanKind) AS kind, Duration AS durationNs,
    lower(StatusCode) AS status`;

/** Between which instants the spans of a trace start: the table of spans is read with these; and how many came in. */
export interface TraceBounds {
  range: Range;
  received: number;
}

/** Null: there is no such trace. */
export async function boundsOf(store: Store, id: string, signal?: AbortSignal): Promise<TraceBounds | null> {
  const [row] = await store.rows<{ found: number; from: number; to: number; received: number }>(
    `SELECT count() AS found, toUnixTimestamp(min(Start)) AS from, toUnixTimestamp(max(End)) AS to, sum(Spans) AS received
     FROM stormglass_traces WHERE TraceId = {id:String}`,
    { id },
    signal,
    LIMITS.lookup,
  );
  if (row === undefined || row.found === 0) return null;
  return { range: { from: row.from * 1000, to: (row.to + 1) * 1000 }, received: row.received };
}

/** Nanoseconds after the trace's start. */
export function offset(ns: string, start: bigint): number {
  return Number(BigInt(ns) - start);
}

export function spanView(traceId: string, row: SpanRow, start: bigint): SpanView {
  return {
    traceId,
    spanId: row.spanId,
    parentSpanId: row.parentSpanId,
    service: row.service,
    instance: row.resource['service.instance.id'] ?? '',
    name: row.name,
    kind: row.kind as SpanView['kind'],
    startNs: row.startNs,
    offsetNs: offset(row.startNs, start),
    durationNs: row.durationNs,
    status: row.status as SpanView['status'],
    statusMessage: row.statusMessage,
    attributes: typedAttributes(row.attributes, row.types),
    resource: typedAttributes(row.resource, row.resourceTypes),
    events: row.eventNs.map((ns, i) => ({
      offsetNs: offset(ns, start),
      name: row.eventNames[i] ?? '',
      attributes: typedAttributes(row.eventAttributes[i] ?? {}, row.eventTypes[i] ?? {}),
    })),
    links: row.linkTraceIds.map((linked, i) => ({
      traceId: linked,
      spanId: row.linkSpanIds[i] ?? '',
      attributes: typedAttributes(row.linkAttributes[i] ?? {}, row.linkTypes[i] ?? {}),
    })),
  };
}
