import { StormglassError } from '../../contract/errors.ts';
import { type Store, within } from '../queries/client.ts';
import { SPAN_COLUMNS, type SpanRow } from './otlp/spans.ts';

/** Spans of one answer; above it the caller is told to ask for less, since half a trace reads like a whole one. */
const MAX_SPANS = 50_000;

/** Condition for the spans of the traces `ids` between `from` and `to`, the parameters of `tracesIn`. */
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

/** All spans of these traces, trace by trace, each by start time. */
export async function spansOf(
  store: Store,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<SpanRow[]> {
  const traces = await tracesIn(store, ids, signal);
  if (traces === null) return [];
  const rows = await store.rows<SpanRow>(
    `SELECT ${SPAN_COLUMNS} FROM otel_traces WHERE ${OF_TRACES}
     ORDER BY TraceId, Timestamp, SpanId LIMIT ${MAX_SPANS + 1}`,
    traces,
    signal,
  );
  if (rows.length > MAX_SPANS) {
    throw new StormglassError(
      'payload_too_large',
      `The answer would have more than ${MAX_SPANS} spans.`,
      'Ask for fewer traces at a time.',
    );
  }
  return rows;
}
