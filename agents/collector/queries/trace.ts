import type { LogView, TraceDetail } from '../../contract/trace.ts';
import { typedAttributes } from './attributes.ts';
import { LIMITS, type Range, type Store, within } from './client.ts';
import { boundsOf, offset, SPAN_COLUMNS, type SpanRow, spanView } from './spans.ts';
import type { TextMap } from './stored-span.ts';

/** Spans of one trace which are read; the count beside them is exact. */
const MAX_SPANS = 20_000;
const MAX_LOGS = 5000;
const SETTLED_MS = 120_000;
/** Consumers may take a message long after it was sent. */
const LINK_SEARCH_MS = 3_600_000;

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
  const { range, received } = bounds;
  const [rows, logs, linking] = await Promise.all([
    store.rows<SpanRow>(SPANS, { id, ...range }, signal, LIMITS.scan),
    logRows(store, id, range, signal),
    linkingTraces(store, id, range, signal),
  ]);
  const first = rows[0];
  if (first === undefined) return null;
  const start = BigInt(first.startNs);
  const whole = rows.length < MAX_SPANS ? extentOf(rows) : await countedExtent(store, id, range, signal);
  const spans = rows.map((row) => spanView(id, row, start));
  const linked = new Set([...linking, ...rows.flatMap((row) => row.linkTraceIds)]);
  linked.delete(id);
  return {
    traceId: id,
    startNs: first.startNs,
    durationNs: Number(whole.endNs - start),
    spanCount: whole.spans,
    truncated: whole.spans > rows.length,
    evictedSpans: isSettled(range) ? Math.max(0, received - whole.spans) : 0,
    spans,
    logs: logs.map((row) => logView(row, start)),
    linkedTraceIds: [...linked].sort(),
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

/** Of a trace that is still coming in, the sum may know of spans that are not to be seen yet. */
function isSettled(range: Range): boolean {
  return range.to < Date.now() - SETTLED_MS;
}

async function linkingTraces(
  store: Store,
  id: string,
  range: Range,
  signal?: AbortSignal,
): Promise<string[]> {
  const rows = await store.rows<{ traceId: string }>(
    `SELECT DISTINCT TraceId AS traceId FROM stormglass_traces
     WHERE Minute >= fromUnixTimestamp64Milli({from:Int64}) AND Minute < fromUnixTimestamp64Milli({to:Int64})
       AND has(Links, {id:String}) LIMIT 100`,
    { id, from: range.from - 60_000, to: range.to + LINK_SEARCH_MS },
    signal,
    LIMITS.lookup,
  );
  return rows.map((row) => row.traceId);
}

interface LogRow {
  ns: string;
  spanId: string;
  service: string;
  severity: string;
  body: string;
  eventName: string;
  attributes: TextMap;
  types: TextMap;
}

/** Log records may be written a little before or after the trace's spans start. */
const LOG_SLACK_MS = 60_000;

function logRows(store: Store, id: string, range: Range, signal?: AbortSignal): Promise<LogRow[]> {
  return store.rows<LogRow>(
    `SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS ns, SpanId AS spanId, ServiceName AS service, SeverityText AS severity,
      Body AS body, EventName AS eventName, LogAttributes AS attributes, LogAttributeTypes AS types
    FROM otel_logs WHERE TraceId = {id:String} AND ${within('Timestamp')}
      AND TimestampTime >= toDateTime({fromSecond:UInt32}) AND TimestampTime <= toDateTime({toSecond:UInt32})
    ORDER BY Timestamp LIMIT ${MAX_LOGS}`,
    {
      id,
      from: range.from - LOG_SLACK_MS,
      to: range.to + LOG_SLACK_MS,
      fromSecond: (range.from - LOG_SLACK_MS) / 1000,
      toSecond: (range.to + LOG_SLACK_MS) / 1000,
    },
    signal,
    LIMITS.lookup,
  );
}

function logView(row: LogRow, start: bigint): LogView {
  return {
    offsetNs: offset(row.ns, start),
    spanId: row.spanId,
    service: row.service,
    severity: row.severity,
    body: row.body,
    eventName: row.eventName,
    attributes: typedAttributes(row.attributes, row.types),
  };
}
