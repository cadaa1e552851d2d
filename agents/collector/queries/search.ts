import type { TraceSearch, TraceSearchResult, TraceSummary } from '../../contract/trace.ts';
import { OPERATION } from '../store/views.ts';
import { Binder } from './binder.ts';
import { bounds, LIMITS, millis, type Range, type Store, within } from './client.ts';
import { attributeCondition } from './conditions.ts';

/** A trace's rows may be spread over the minutes it lasts; so much is read around the range. */
const SLACK_MINUTES = 5;

/** The newest traces lie at the end of a range, so it is looked through from there in windows that grow so fast. */
const FIRST_WINDOW_MS = 60_000;
const WINDOW_GROWTH = 8;

/** Traces which meet all conditions: the newest, or the slowest, `limit` of them. */
export async function searchTraces(
  store: Store,
  search: TraceSearch,
  signal?: AbortSignal,
): Promise<TraceSearchResult> {
  const { from, to } = bounds(search);
  let rows: TraceSummary[] = [];
  let width = search.order === 'slowest' ? to - from : Math.min(FIRST_WINDOW_MS, to - from);
  while (true) {
    rows = await tracesWithin(store, search, { from: to - width, to }, signal);
    if (rows.length > search.limit || width >= to - from) break;
    width = Math.min(to - from, width * WINDOW_GROWTH);
  }
  return { traces: rows.slice(0, search.limit), truncated: rows.length > search.limit };
}

/** One more than the limit where there are so many. */
async function tracesWithin(
  store: Store,
  search: TraceSearch,
  range: Range,
  signal: AbortSignal | undefined,
): Promise<TraceSummary[]> {
  const binder = new Binder();
  const spans = spanConditions(search, binder);
  const having = traceConditions(search, binder);
  const matching =
    spans.length === 0
      ? ''
      : `AND TraceId IN (SELECT TraceId FROM otel_traces WHERE ${within('Timestamp')} AND ${spans.join(' AND ')})`;
  return store.rows<TraceSummary>(
    `SELECT TraceId AS traceId, ${millis('min(Start)')} AS startMs,
      (toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start))) / 1000000 AS durationMs,
      min(Root).3 AS rootService, min(Root).4 AS rootName, sum(Spans) AS spanCount, sum(Errors) AS errorCount,
      arraySort(groupUniqArrayArray(Services)) AS services, arraySort(groupUniqArrayArray(FaultIds)) AS faultIds
    FROM stormglass_traces
    WHERE Minute >= toStartOfMinute(fromUnixTimestamp64Milli({from:Int64})) - toIntervalMinute(${SLACK_MINUTES})
      AND Minute <= fromUnixTimestamp64Milli({to:Int64}) ${matching}
    GROUP BY TraceId HAVING startMs >= {from:Int64} AND startMs < {to:Int64} ${having.map((h) => `AND ${h}`).join(' ')}
    ORDER BY ${search.order === 'slowest' ? 'durationMs DESC' : 'startMs DESC'} LIMIT {limit:UInt32}`,
    { ...binder.params, ...range, limit: search.limit + 1 },
    signal,
    LIMITS.scan,
  );
}

/** Conditions on the trace as a whole. */
function traceConditions(search: TraceSearch, binder: Binder): string[] {
  const out: string[] = [];
  if (search.minDurationMs !== undefined)
    out.push(`durationMs >= ${binder.bind(search.minDurationMs, 'Float64')}`);
  if (search.maxDurationMs !== undefined)
    out.push(`durationMs <= ${binder.bind(search.maxDurationMs, 'Float64')}`);
  if (search.status === 'error') out.push('errorCount > 0');
  if (search.status === 'ok') out.push('errorCount = 0');
  if (search.faultId !== undefined) out.push(`has(faultIds, ${binder.bind(search.faultId, 'String')})`);
  return out;
}

/** Conditions that one and the same span of the trace must meet. */
function spanConditions(search: TraceSearch, binder: Binder): string[] {
  const out: string[] = [];
  if (search.service !== undefined) out.push(`ServiceName = ${binder.bind(search.service, 'String')}`);
  if (search.operation !== undefined) {
    const name = binder.bind(search.operation, 'String');
    out.push(`(SpanName = ${name} OR ${OPERATION} = ${name})`);
  }
  for (const condition of search.attributes) out.push(attributeCondition(condition, binder));
  return out;
}
