import type { LogView } from '../../contract/trace.ts';
import { typedAttributes } from './attributes.ts';
import { LIMITS, type Range, type Store, within } from './client.ts';
import { offset, type TraceBounds } from './spans.ts';
import type { TextMap } from './stored-span.ts';

const MAX_LOGS = 5000;
const SETTLED_MS = 120_000;
/** Consumers may take a message long after it was sent. */
const LINK_SEARCH_MS = 3_600_000;

/** How many spans retention took; 0 while the trace still comes in: the sum then knows of spans not to be seen yet. */
export function evictedSpans({ range, received }: TraceBounds, spans: number): number {
  return range.to < Date.now() - SETTLED_MS ? Math.max(0, received - spans) : 0;
}

/** Ids of linked traces, each once, without the trace itself. */
export function linkedIds(id: string, ids: Iterable<string>): string[] {
  const linked = new Set(ids);
  linked.delete(id);
  return [...linked].sort();
}

/** Traces with a link to this one. */
export async function linkingTraces(
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

/** The first log records of a trace; what is returned makes them, given the start of the trace. */
export async function logsOf(
  store: Store,
  id: string,
  range: Range,
  signal?: AbortSignal,
): Promise<(start: bigint) => LogView[]> {
  const rows = await store.rows<LogRow>(
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
  return (start) => rows.map((row) => logView(row, start));
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
