import type { TraceDetail } from '../../contract/trace.ts';
import { LIMITS, type Range, type Store, within } from './client.ts';
import { boundsOf, SPAN_COLUMNS, type SpanRow, spanView } from './spans.ts';
import { evictedSpans, linkedIds, linkingTraces, logsOf } from './trace-context.ts';

/** Spans of one trace which are read; the count beside them is exact. */
const MAX_SPANS = 20_000;

const SPANS = `SELECT ${SPAN_COLUMNS} FROM otel_traces WHERE TraceId = {id:String} AND ${within('Timestamp')}
  ORDER BY Timestamp, SpanId LIMIT ${MAX_SPANS}`;

/** One whole trace: its time bounds first, then everything within them. Null when there is no such trace. */
export async function trace(
  store: Store,
  traceId: string,
  signal?: AbortSignal,
): Promise<TraceDetail | null> {
  const id = traceId.toLowerCase();
  const bounds = await boundsOf(store, id, signal);
  if (bounds === null) return null;
  const { range } = bounds;
  const [rows, logs, linking] = await Promise.all([
    store.rows<SpanRow>(SPANS, { id, ...range }, signal, LIMITS.scan),
    logsOf(store, id, range, signal),
    linkingTraces(store, id, range, signal),
  ]);
  const first = rows[0];
  if (first === undefined) return null;
  const start = BigInt(first.startNs);
  const whole = rows.length < MAX_SPANS ? extentOf(rows) : await countedExtent(store, id, range, signal);
  const spans = rows.map((row) => spanView(id, row, start));
  return {
    traceId: id,
    startNs: first.startNs,
    durationNs: Number(whole.endNs - start),
    spanCount: whole.spans,
    truncated: whole.spans > rows.length,
    evictedSpans: evictedSpans(bounds, whole.spans),
    spans,
    logs: logs(start),
    linkedTraceIds: linkedIds(id, [...linking, ...rows.flatMap((row) => row.linkTraceIds)]),
  };
}

interface Extent {
  spans: number;
  endNs: bigint;
}

function extentOf(rows: readonly SpanRow[]): Extent {
  let endNs = 0n;
  for (const row of rows) {
    const end = BigInt(row.startNs) + BigInt(row.durationNs);
    if (end > endNs) endNs = end;
  }
  return { spans: rows.length, endNs };
}

/** Of all spans, those beyond the ones that are read too. */
async function countedExtent(store: Store, id: string, range: Range, signal?: AbortSignal): Promise<Extent> {
  const [row] = await store.rows<{ spans: number; endNs: string }>(
    `SELECT count() AS spans, toString(max(toUnixTimestamp64Nano(Timestamp) + Duration)) AS endNs
     FROM otel_traces WHERE TraceId = {id:String} AND ${within('Timestamp')}`,
    { id, ...range },
    signal,
    LIMITS.lookup,
  );
  return { spans: row?.spans ?? 0, endNs: BigInt(row?.endNs ?? 0) };
}
