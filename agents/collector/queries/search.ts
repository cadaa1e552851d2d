import { OVERFLOW_NAME } from '../../contract/telemetry.ts';
import type {
  AttributeCondition,
  TraceSearch,
  TraceSearchResult,
  TraceSummary,
} from '../../contract/trace.ts';
import { IS_BEYOND, SERVICE_IS_BEYOND } from '../store/cells.ts';
import { Binder } from './binder.ts';
import { bounds, LIMITS, millis, type Range, type Store, within } from './client.ts';
import { attributeAlternatives, attributeCondition } from './conditions.ts';

/** A trace's rows may be spread over the minutes it lasts; so much is read around the range. */
const SLACK_MINUTES = 5;
/** Of the few that are listed, so that one with a pause in it is not taken for a newer one. */
const WHOLE_MINUTES = 60;

/**
 * The newest traces lie at the end of a range, so it is looked through from there in windows of so much before the whole.
 * Where an index knows a value, what nobody has costs little in the whole: two windows are enough.
 */
const WINDOWS_MS = [15_000, 240_000, 3_840_000, 61_440_000];
const INDEXED_WINDOWS_MS = WINDOWS_MS.slice(0, 2);

/** Traces which meet all conditions: the newest, or the slowest, `limit` of them. */
export async function searchTraces(
  store: Store,
  search: TraceSearch,
  signal?: AbortSignal,
): Promise<TraceSearchResult> {
  const { from, to } = bounds(search);
  const windows = search.attributes.some(isIndexed) ? INDEXED_WINDOWS_MS : WINDOWS_MS;
  const narrower = search.order === 'slowest' ? [] : windows.filter((width) => width < to - from);
  let rows: TraceSummary[] = [];
  for (const width of [...narrower, to - from]) {
    rows = await tracesWithin(store, search, { from: to - width, to }, signal);
    if (rows.length > search.limit) break;
  }
  return { traces: rows.slice(0, search.limit), truncated: rows.length > search.limit };
}

/** Of a trace whose rows are grouped. */
const START_MS = millis('min(Start)');
const DURATION_MS = '(toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start))) / 1000000';

/** One more than the limit where there are so many. */
async function tracesWithin(
  store: Store,
  search: TraceSearch,
  range: Range,
  signal: AbortSignal | undefined,
): Promise<TraceSummary[]> {
  const binder = new Binder();
  const matching = spansMatching(search, binder);
  const order = search.order === 'slowest' ? DURATION_MS : START_MS;
  const whole = [
    ...[`${START_MS} >= {from:Int64}`, `${START_MS} < {to:Int64}`],
    ...traceConditions(search, binder),
  ].join(' AND ');
  const minutes = (
    before: number,
  ) => `Minute >= toStartOfMinute(fromUnixTimestamp64Milli({from:Int64})) - toIntervalMinute(${before})
      AND Minute <= fromUnixTimestamp64Milli({to:Int64})`;
  // Which ones first, by what is narrow to read; then all of the few.
  return store.rows<TraceSummary>(
    `SELECT TraceId AS traceId, ${START_MS} AS startMs, ${DURATION_MS} AS durationMs,
      min(Root).3 AS rootService, min(Root).4 AS rootName, sum(Spans) AS spanCount, sum(Errors) AS errorCount,
      arraySort(groupUniqArrayArray(Services)) AS services, arraySort(groupUniqArrayArray(FaultIds)) AS faultIds
    FROM stormglass_traces WHERE ${minutes(WHOLE_MINUTES)} AND TraceId IN (
      SELECT TraceId FROM stormglass_traces WHERE ${minutes(SLACK_MINUTES)} ${matching}
      GROUP BY TraceId HAVING ${whole} ORDER BY ${order} DESC LIMIT {limit:UInt32})
    GROUP BY TraceId HAVING ${START_MS} >= {from:Int64} ORDER BY ${order} DESC`,
    { ...binder.params, ...range, limit: search.limit + 1 },
    signal,
    LIMITS.scan,
  );
}

/** Conditions on the trace as a whole. */
function traceConditions(search: TraceSearch, binder: Binder): string[] {
  const out: string[] = [];
  if (search.minDurationMs !== undefined)
    out.push(`${DURATION_MS} >= ${binder.bind(search.minDurationMs, 'Float64')}`);
  if (search.maxDurationMs !== undefined)
    out.push(`${DURATION_MS} <= ${binder.bind(search.maxDurationMs, 'Float64')}`);
  if (search.status === 'error') out.push('sum(Errors) > 0');
  if (search.status === 'ok') out.push('sum(Errors) = 0');
  if (search.faultId !== undefined)
    out.push(`has(groupUniqArrayArray(FaultIds), ${binder.bind(search.faultId, 'String')})`);
  return out;
}

/** Of the traces one of whose spans meets all conditions on spans. */
function spansMatching(search: TraceSearch, binder: Binder): string {
  const conditions = [within('Timestamp')];
  if (search.service === OVERFLOW_NAME) conditions.push(SERVICE_IS_BEYOND);
  else if (search.service !== undefined)
    conditions.push(`ServiceName = ${binder.bind(search.service, 'String')}`);
  if (search.operation === OVERFLOW_NAME) conditions.push(IS_BEYOND);
  else if (search.operation !== undefined) {
    const name = binder.bind(search.operation, 'String');
    conditions.push(`(SpanName = ${name} OR Operation = ${name})`);
  }
  // One that an index knows goes first.
  const [first, ...others] = search.attributes.toSorted(
    (a, b) => Number(isIndexed(b)) - Number(isIndexed(a)),
  );
  const words = search.text?.length ?? 0;
  if (first === undefined && conditions.length === 1 && words === 0) return '';
  for (const condition of others) conditions.push(attributeCondition(condition, binder));
  for (const word of search.text ?? []) conditions.push(saysWord(binder.bind(word, 'String')));
  const alternatives = first === undefined ? ['1'] : attributeAlternatives(first, binder);
  const selects = alternatives.map(
    (alternative) => `SELECT TraceId FROM otel_traces WHERE ${[...conditions, alternative].join(' AND ')}`,
  );
  return `AND TraceId IN (${selects.join(' UNION ALL ')})`;
}

/** What is short is asked first; the attributes of events hold the messages of exceptions. */
function saysWord(word: string): string {
  const says = (text: string) => `positionCaseInsensitiveUTF8(${text}, ${word}) > 0`;
  const inValues = (map: string) => `arrayExists(v -> ${says('v')}, mapValues(${map}))`;
  return `(${says('SpanName')} OR ${says('ServiceName')} OR ${says('StatusMessage')}
    OR ${inValues('SpanAttributes')} OR arrayExists(m -> ${inValues('m')}, Events.Attributes))`;
}

const isIndexed = ({ op }: AttributeCondition) => op === '=' || op === 'in';
