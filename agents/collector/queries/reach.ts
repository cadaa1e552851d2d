import type { Reach } from '../../contract/figures.ts';
import { RECEIPT_ATTR } from '../../contract/telemetry.ts';
import { cells, seconds } from './cells.ts';
import { bounds, LIMITS, millis, type Range, type Store, within } from './client.ts';

/** Spans that are looked through; of more, only those of a part of the traces. */
const MAX_SPANS_READ = 50_000;
/** A request may have begun so long before the span that was hurt ended, and a message be taken so long after it. */
const SLACK_MS = 120_000;

interface Spot {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  linkTraceIds: string[];
  linkSpanIds: string[];
  kind: string;
  /** Epoch ms. */
  endMs: number;
  hurt: boolean;
}

/** Traces with a receipt, and those with a span that links to one of them (a message taken in a trace of its own). */
const TRACES = `SELECT TraceId FROM stormglass_traces WHERE Minute >= fromUnixTimestamp64Milli({from:Int64}) - toIntervalMinute(1)
    AND Minute < fromUnixTimestamp64Milli({to:Int64}) AND cityHash64(if(empty(Links), TraceId, Links[1])) % {oneIn:UInt32} = 0
    AND (hasAny(FaultIds, {faultIds:Array(String)}) OR hasAny(Links, (SELECT groupArray(TraceId) FROM stormglass_receipts
      WHERE ${within('Timestamp')} AND FaultId IN {faultIds:Array(String)})))`;

/** How many requests and messages of a range were hurt by faults, themselves or by what called them. */
export async function reach(
  store: Store,
  faultIds: readonly string[],
  range: Range,
  signal?: AbortSignal,
): Promise<Reach> {
  const [row] = await store.rows<{ requests: number }>(
    `SELECT sum(Calls) AS requests FROM ${cells(range, null)} WHERE Kind IN ('server', 'consumer')`,
    seconds(range),
    signal,
    LIMITS.figures,
  );
  const requests = row?.requests ?? 0;
  const around = bounds({ from: range.from - SLACK_MS, to: range.to + SLACK_MS });
  const [total] = await store.rows<{ spans: number }>(
    `SELECT sum(Spans) AS spans FROM stormglass_traces WHERE TraceId IN (${TRACES})
      AND Minute >= fromUnixTimestamp64Milli({from:Int64}) - toIntervalMinute(1)`,
    { ...around, faultIds, oneIn: 1 },
    signal,
    LIMITS.scan,
  );
  const oneIn = Math.max(1, Math.ceil((total?.spans ?? 0) / MAX_SPANS_READ));
  const spots = await store.rows<Spot>(
    `SELECT TraceId AS traceId, SpanId AS spanId, ParentSpanId AS parentSpanId, Links.TraceId AS linkTraceIds,
      Links.SpanId AS linkSpanIds, SpanKind AS kind, ${millis('Timestamp + toIntervalNanosecond(Duration)')} AS endMs,
      toBool(has({faultIds:Array(String)}, SpanAttributes['${RECEIPT_ATTR.faultId}'])) AS hurt
    FROM otel_traces WHERE ${within('Timestamp')} AND TraceId IN (${TRACES}) LIMIT ${2 * MAX_SPANS_READ}`,
    { ...around, faultIds, oneIn },
    signal,
    LIMITS.scan,
  );
  return { requests, ...count(spots, range, oneIn) };
}

function count(spots: readonly Spot[], range: Range, oneIn: number): Omit<Reach, 'requests'> {
  const { fromSecond, toSecond } = seconds(range);
  const reached = descendants(spots);
  let hurt = 0;
  let descended = 0;
  for (const spot of spots) {
    const second = Math.floor(spot.endMs / 1000);
    const isRequest = spot.kind === 'Server' || spot.kind === 'Consumer';
    if (!isRequest || second < fromSecond || second >= toSecond) continue;
    if (spot.hurt) hurt += oneIn;
    else if (reached.has(spot)) descended += oneIn;
  }
  return { hurt, descended, tracesRead: new Set(spots.map(({ traceId }) => traceId)).size, oneIn };
}

/** Every span below one with a receipt: its children, what links to it, and theirs. */
function descendants(spots: readonly Spot[]): ReadonlySet<Spot> {
  const below = new Map<string, Spot[]>();
  const put = (traceId: string, spanId: string, spot: Spot) => {
    const key = `${traceId}${spanId}`;
    const children = below.get(key);
    if (children === undefined) below.set(key, [spot]);
    else children.push(spot);
  };
  for (const spot of spots) {
    put(spot.traceId, spot.parentSpanId, spot);
    for (const [index, traceId] of spot.linkTraceIds.entries()) {
      put(traceId, spot.linkSpanIds[index] ?? '', spot);
    }
  }
  const found = new Set<Spot>();
  const open = spots.filter(({ hurt }) => hurt);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const child of below.get(`${at.traceId}${at.spanId}`) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      open.push(child);
    }
  }
  return found;
}
