import type { TraceHead, TraceLine } from '../../contract/trace.ts';
import { LIMITS, type Range, type Store, within } from './client.ts';
import { boundsOf, SPAN_COLUMNS, type SpanRow, spanView, type TraceBounds } from './spans.ts';
import { evictedSpans, linkedIds, linkingTraces, logsOf } from './trace-context.ts';

/** Spans in memory at one time, here and in the store's answer. */
const PAGE = 2000;

/** Where a page begins: by start, and by id among spans of one start. */
interface Mark {
  ns: string;
  spanId: string;
}

const OF_TRACE = `TraceId = {id:String} AND ${within('Timestamp')}`;

/** A trace of any size, span after span in order of time; the head says how many there are. Null: there is none. */
export async function traceLines(
  store: Store,
  traceId: string,
  signal?: AbortSignal,
): Promise<AsyncGenerator<TraceLine> | null> {
  const id = traceId.toLowerCase();
  const bounds = await boundsOf(store, id, signal);
  if (bounds === null) return null;
  const { range } = bounds;
  const [heads, marks] = await Promise.all([
    store.rows<Omit<TraceHead, 'traceId' | 'durationNs'> & { endNs: string }>(
      `SELECT toString(min(toUnixTimestamp64Nano(Timestamp))) AS startNs, count() AS spanCount,
        toString(max(toUnixTimestamp64Nano(Timestamp) + Duration)) AS endNs FROM otel_traces WHERE ${OF_TRACE}`,
      { id, ...range },
      signal,
      LIMITS.lookup,
    ),
    store.rows<Mark>(
      `SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS ns, SpanId AS spanId FROM (
        SELECT Timestamp, SpanId, row_number() OVER (ORDER BY Timestamp, SpanId) AS n FROM otel_traces WHERE ${OF_TRACE})
      WHERE n % ${PAGE} = 1 ORDER BY n`,
      { id, ...range },
      signal,
      LIMITS.scan,
    ),
  ]);
  const head = heads[0];
  if (head === undefined || head.spanCount === 0) return null;
  const { startNs, spanCount, endNs } = head;
  const durationNs = Number(BigInt(endNs) - BigInt(startNs));
  return lines(store, { traceId: id, startNs, durationNs, spanCount }, marks, bounds, signal);
}

async function* lines(
  store: Store,
  head: TraceHead,
  marks: readonly Mark[],
  bounds: TraceBounds,
  signal?: AbortSignal,
): AsyncGenerator<TraceLine> {
  const { range } = bounds;
  const id = head.traceId;
  const linked = new Set<string>();
  yield { type: 'trace', ...head };
  const start = BigInt(head.startNs);
  let spans = 0;
  for (const [i, from] of marks.entries()) {
    for (const row of await page(store, id, range, from, marks[i + 1], signal)) {
      spans += 1;
      for (const other of row.linkTraceIds) linked.add(other);
      yield { type: 'span', span: spanView(id, row, start) };
    }
  }
  const [logs, linking] = await Promise.all([
    logsOf(store, id, range, signal),
    linkingTraces(store, id, range, signal),
  ]);
  for (const other of linking) linked.add(other);
  yield {
    type: 'context',
    logs: logs(start),
    linkedTraceIds: linkedIds(id, linked),
    evictedSpans: evictedSpans(bounds, spans),
  };
  yield { type: 'end', spans };
}

function page(
  store: Store,
  id: string,
  range: Range,
  from: Mark,
  to: Mark | undefined,
  signal?: AbortSignal,
): Promise<SpanRow[]> {
  const before =
    to === undefined
      ? ''
      : `AND Timestamp <= fromUnixTimestamp64Nano({toNs:Int64})
         AND (toUnixTimestamp64Nano(Timestamp), SpanId) < ({toNs:Int64}, {toSpan:String})`;
  return store.rows<SpanRow>(
    `SELECT ${SPAN_COLUMNS} FROM otel_traces WHERE ${OF_TRACE} AND Timestamp >= fromUnixTimestamp64Nano({fromNs:Int64})
      AND (toUnixTimestamp64Nano(Timestamp), SpanId) >= ({fromNs:Int64}, {fromSpan:String}) ${before}
    ORDER BY Timestamp, SpanId`,
    {
      ...{ id, ...range, fromNs: from.ns, fromSpan: from.spanId },
      ...(to === undefined ? {} : { toNs: to.ns, toSpan: to.spanId }),
    },
    signal,
    LIMITS.scan,
  );
}
