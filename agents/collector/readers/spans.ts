import { StormglassError } from '../../contract/errors.ts';
import { type Store, within } from '../queries/client.ts';
import { LOG_COLUMNS, type LogRow } from './otlp/logs.ts';
import { SPAN_COLUMNS, type SpanRow } from './otlp/spans.ts';

/** Spans or log records of one answer; above it the caller is told to ask for less, since half a trace reads like a whole one. */
const MAX_ITEMS = 50_000;

/** Condition for the rows of the traces `ids` between `from` and `to`, the parameters of `tracesIn`. */
export const OF_TRACES = `TraceId IN {ids:Array(String)} AND ${within('Timestamp')}`;

/** The parameters of OF_TRACES: time bounds first, so that only their days are read. Null: there are no such traces. */
export async function tracesIn(
  store: Store,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<{ ids: readonly string[]; from: number; to: number } | null> {
  const [row] = await store.rows<{ found: number; from: number; to: number }>(
    `SELECT count() AS found, toUnixTimestamp(min(Start)) AS from, toUnixTimestamp(max(End)) AS to
     FROM otel_traces_trace_id_ts WHERE TraceId IN {ids:Array(String)}`,
    { ids },
    signal,
  );
  return row === undefined || row.found === 0
    ? null
    : { ids, from: row.from * 1000, to: (row.to + 1) * 1000 };
}

/** Log records may be written a little before or after the spans of their trace. */
const LOG_SLACK_MS = 60_000;

/** Log records of these traces, trace by trace, each by time. */
export async function logsOf(store: Store, ids: readonly string[], signal?: AbortSignal): Promise<LogRow[]> {
  const traces = await tracesIn(store, ids, signal);
  if (traces === null) return [];
  const [from, to] = [traces.from - LOG_SLACK_MS, traces.to + LOG_SLACK_MS];
  return bounded(
    await store.rows<LogRow>(
      `SELECT ${LOG_COLUMNS} FROM otel_logs WHERE ${OF_TRACES} AND TimestampTime >= toDateTime({fromSecond:UInt32})
         AND TimestampTime <= toDateTime({toSecond:UInt32})
       ORDER BY TraceId, Timestamp, SpanId LIMIT ${MAX_ITEMS + 1}`,
      { ids, from, to, fromSecond: Math.floor(from / 1000), toSecond: Math.ceil(to / 1000) },
      signal,
    ),
    'log records',
  );
}

/** All spans of these traces, trace by trace, each by start time. */
export async function spansOf(
  store: Store,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<SpanRow[]> {
  const traces = await tracesIn(store, ids, signal);
  if (traces === null) return [];
  return bounded(
    await store.rows<SpanRow>(
      `SELECT ${SPAN_COLUMNS} FROM otel_traces WHERE ${OF_TRACES}
       ORDER BY TraceId, Timestamp, SpanId LIMIT ${MAX_ITEMS + 1}`,
      traces,
      signal,
    ),
    'spans',
  );
}

function bounded<Row>(rows: Row[], what: string): Row[] {
  if (rows.length <= MAX_ITEMS) return rows;
  throw new StormglassError(
    'payload_too_large',
    `The answer would have more than ${MAX_ITEMS} ${what}.`,
    'Ask for fewer traces at a time.',
  );
}
