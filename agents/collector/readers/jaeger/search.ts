import type { Store } from '../../queries/client.ts';
import { OF_TRACES, tracesIn } from '../spans.ts';
import type { SpanSearch } from './params.ts';

/** Ids of the traces with a matching span, newest match first. */
export async function findTraceIds(
  store: Store,
  search: SpanSearch,
  signal?: AbortSignal,
): Promise<string[]> {
  const params: Record<string, unknown> = {
    ...{ from: String(search.from), to: String(search.to), limit: search.limit },
    ...{ service: search.service, operation: search.operation },
    ...{ min: String(search.minDuration), max: String(search.maxDuration) },
  };
  const where = [
    'Timestamp >= fromUnixTimestamp64Nano({from:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to:Int64})',
  ];
  if (search.service !== '') where.push('ServiceName = {service:String}');
  if (search.operation !== '') where.push('SpanName = {operation:String}');
  if (search.minDuration !== null) where.push('Duration >= {min:UInt64}');
  if (search.maxDuration !== null) where.push('Duration <= {max:UInt64}');
  for (const [i, [key, value]] of search.attributes.entries()) {
    params[`k${i}`] = key;
    params[`v${i}`] = value;
    where.push(attributeCondition(key, `{k${i}:String}`, `{v${i}:String}`));
  }
  const rows = await store.rows<{ traceId: string }>(
    `SELECT TraceId AS traceId FROM otel_traces WHERE ${where.join(' AND ')}
     GROUP BY TraceId ORDER BY max(Timestamp) DESC LIMIT {limit:UInt32}`,
    params,
    signal,
  );
  return rows.map((row) => row.traceId);
}

/** Jaeger's tags are attributes of the span, its events or its resource; some stand for fields of the span. */
function attributeCondition(name: string, key: string, value: string): string {
  const holds = (map: string) => `(mapContains(${map}, ${key}) AND ${map}[${key}] = ${value})`;
  const attribute = [
    holds('SpanAttributes'),
    holds('ResourceAttributes'),
    `arrayExists(event -> ${holds('event')}, Events.Attributes)`,
  ].join(' OR ');
  switch (name) {
    case 'error':
      return `(${attribute} OR (StatusCode = 'Error') = (lower(${value}) = 'true'))`;
    case 'span.kind':
      return `(${attribute} OR lower(SpanKind) = lower(${value}))`;
    case 'otel.status_code':
      return `(${attribute} OR lower(StatusCode) = lower(${value}))`;
    case 'otel.scope.name':
      return `(${attribute} OR ScopeName = ${value})`;
    default:
      return `(${attribute})`;
  }
}

export interface TraceSummaryV3 {
  traceId: string;
  rootServiceName: string;
  rootOperationName: string;
  minStartTimeUnixNano: string;
  maxEndTimeUnixNano: string;
  spanCount: number;
  errorSpanCount: number;
  orphanSpanCount: number;
  services: { name: string; spanCount: number; errorSpanCount: number }[];
}

interface ServiceRow {
  traceId: string;
  service: string;
  spans: number;
  errors: number;
  startNs: string;
  endNs: string;
  /** [has a parent, start in nanoseconds, name] of the span nearest to the root. */
  root: [number, string, string];
}

/** In the order of `ids`; a trace that is gone meanwhile is left out. */
export async function summariesOf(
  store: Store,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<TraceSummaryV3[]> {
  const traces = ids.length === 0 ? null : await tracesIn(store, ids, signal);
  if (traces === null) return [];
  const [rows, orphans] = await Promise.all([
    store.rows<ServiceRow>(
      `SELECT TraceId AS traceId, ServiceName AS service, toUInt32(count()) AS spans,
        toUInt32(countIf(StatusCode = 'Error')) AS errors, toString(toUnixTimestamp64Nano(min(Timestamp))) AS startNs,
        toString(max(toUnixTimestamp64Nano(Timestamp) + Duration)) AS endNs,
        min((ParentSpanId != '', toString(toUnixTimestamp64Nano(Timestamp)), toString(SpanName))) AS root
       FROM otel_traces WHERE ${OF_TRACES} GROUP BY TraceId, ServiceName ORDER BY TraceId, ServiceName`,
      traces,
      signal,
    ),
    store.rows<{ traceId: string; spans: number }>(
      `SELECT TraceId AS traceId, toUInt32(count()) AS spans FROM otel_traces
       WHERE ${OF_TRACES} AND ParentSpanId != ''
         AND (TraceId, ParentSpanId) NOT IN (SELECT TraceId, SpanId FROM otel_traces WHERE ${OF_TRACES})
       GROUP BY TraceId`,
      traces,
      signal,
    ),
  ]);
  const orphaned = new Map(orphans.map((row) => [row.traceId, row.spans]));
  const byTrace = Map.groupBy(rows, (row) => row.traceId);
  return ids.flatMap((id) => {
    const services = byTrace.get(id);
    return services === undefined ? [] : [summaryOf(id, services, orphaned.get(id) ?? 0)];
  });
}

function summaryOf(traceId: string, rows: readonly ServiceRow[], orphanSpanCount: number): TraceSummaryV3 {
  const sum = (of: (row: ServiceRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const starts = rows.map((row) => BigInt(row.startNs)).sort(byValue);
  const ends = rows.map((row) => BigInt(row.endNs)).sort(byValue);
  const rank = ({ root }: ServiceRow) => [root[0], BigInt(root[1])] as const;
  const root = rows.reduce((best, row) => {
    const [a, b] = [rank(row), rank(best)];
    return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? row : best;
  });
  return {
    traceId,
    rootServiceName: root.service,
    rootOperationName: root.root[2],
    minStartTimeUnixNano: String(starts[0]),
    maxEndTimeUnixNano: String(ends.at(-1)),
    spanCount: sum((row) => row.spans),
    errorSpanCount: sum((row) => row.errors),
    orphanSpanCount,
    services: rows.map(({ service, spans, errors }) => ({
      name: service,
      spanCount: spans,
      errorSpanCount: errors,
    })),
  };
}

const byValue = (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b));
