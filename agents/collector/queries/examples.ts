import type { Example, ExampleSearch, ExamplesAnswer } from '../../contract/figures.ts';
import { RECEIPT_ATTR } from '../../contract/telemetry.ts';
import { CELL_KIND, CELL_OPERATION, CELL_PEER, CELL_SERVICE, IS_ERROR } from '../store/cells.ts';
import { Binder } from './binder.ts';
import { bounds, LIMITS, millis, type Store } from './client.ts';

/** A call counts in the second it ends; one that lasted longer than this is not found. */
const LONGEST_MS = 600_000;
const END = 'Timestamp + toIntervalNanosecond(Duration)';

const ORDER = { slowest: 'Duration DESC', failing: 'Duration DESC', newest: 'Timestamp DESC' } as const;

/** The spans behind a point of a chart: they are counted as the traffic is, so their number is that of the point. */
export async function examples(
  store: Store,
  search: ExampleSearch,
  signal?: AbortSignal,
): Promise<ExamplesAnswer> {
  const binder = new Binder();
  const counted = search.kind === 'server' ? CELL_OPERATION : 'Operation';
  const where = [
    `${CELL_SERVICE} = ${binder.bind(search.service, 'String')}`,
    `Kind = ${binder.bind(search.kind, 'String')}`,
    ...(search.peer === undefined ? [] : [`Peer = ${binder.bind(search.peer, 'String')}`]),
    ...(search.operation === undefined ? [] : [`${counted} = ${binder.bind(search.operation, 'String')}`]),
    ...(search.want === 'failing' ? [IS_ERROR] : []),
  ];
  const rows = await store.rows<Omit<Example, 'error'> & { error: number; matching: number }>(
    `SELECT TraceId AS traceId, SpanId AS spanId, ServiceName AS service, Operation AS operation, Peer AS peer,
      ${millis('Timestamp')} AS startMs, ${millis(END)} AS endMs, Duration / 1000000 AS durationMs, ${IS_ERROR} AS error,
      StatusMessage AS statusMessage, SpanAttributes['${RECEIPT_ATTR.faultId}'] AS faultId, count() OVER () AS matching,
      ${CELL_KIND} AS Kind, ${CELL_PEER} AS Peer
    FROM otel_traces
    WHERE Timestamp >= fromUnixTimestamp64Milli({from:Int64} - ${LONGEST_MS}) AND Timestamp < fromUnixTimestamp64Milli({to:Int64})
      AND ${END} >= fromUnixTimestamp64Milli({from:Int64}) AND ${END} < fromUnixTimestamp64Milli({to:Int64})
      AND ${where.join(' AND ')}
    ORDER BY ${ORDER[search.want]}, SpanId LIMIT {limit:UInt32}`,
    { ...binder.params, ...bounds(search), limit: search.limit },
    signal,
    LIMITS.scan,
  );
  return { examples: rows.map(example), matching: rows[0]?.matching ?? 0 };
}

function example(row: Omit<Example, 'error'> & { error: number }): Example {
  const { traceId, spanId, service, operation, peer, startMs, endMs, durationMs } = row;
  const { statusMessage, faultId } = row;
  const where = { traceId, spanId, service, operation, peer };
  return { ...where, startMs, endMs, durationMs, error: Boolean(row.error), statusMessage, faultId };
}
