import { OPERATION } from './cells.ts';

/**
 * The tables of TELEMETRY.md section 3. Names, columns and meanings are those of the OpenTelemetry Collector's ClickHouse
 * exporter, so that at scale the standard Collector fills the same tables and other tools read them. Ours on top:
 * `*Types` columns, which keep the OTLP type that a Map(String, String) loses (absent key = string), and columns for
 * what the exporter drops (flags, counts of what an SDK dropped, schema URLs, attributes of scopes).
 *
 * `non_replicated_deduplication_window` makes a load that is repeated after a crash a no-op: the loader's token is
 * the name of the spool segment.
 *
 * Whoever changes a table adds a step to migrations.ts; a test holds stores that were migrated equal to new ones.
 */
const ATTRS = 'Map(LowCardinality(String), String)';
const TYPES = 'Map(LowCardinality(String), LowCardinality(String))';
/** Remembered inserts per table; far above what can be unconfirmed at a crash (one batch per signal). */
const DEDUP_WINDOW = 1000;

/**
 * One bucket of keys is read for a condition on one key, and values of the same keys lie together: a search over all
 * spans reads a sixth, and a span takes 10 bytes less (measured). Parts just inserted stay plain, since bucketing costs
 * 3 us a span; the first merge does it.
 */
const BUCKETS = `map_serialization_version = 'with_buckets', map_buckets_strategy = 'constant', max_buckets_in_map = 8,
      map_buckets_min_avg_size = 1`;

/** Without a TTL: what it drops nobody counts (retention/ does). */
function mergeTree(engine: string, time: string, order: string, more = ''): string {
  return `ENGINE = ${engine} PARTITION BY toDate(${time}) ORDER BY (${order})
    SETTINGS non_replicated_deduplication_window = ${DEDUP_WINDOW},
      min_bytes_for_wide_part = 67108864${more === '' ? '' : `, ${more}`}`;
}

/**
 * By minute, then by trace: every question has a range of time, and a trace lies in one place (reading one took 230 ms
 * by service and 50 ms so, at 600,000 spans; bytes a span are about the same since attributes lie in buckets).
 */
const SPAN_ORDER = 'toStartOfMinute(Timestamp), TraceId, Timestamp';
/** A trace has a few dozen rows: to read one among 8,192 took 30 ms, among 1,024 takes 21 (a million spans, all columns). */
const SPAN_GRANULARITY = 1024;

function traces(): string {
  return `CREATE TABLE IF NOT EXISTS otel_traces (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    Flags UInt32,
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    Operation LowCardinality(String) MATERIALIZED ${OPERATION},
    ServiceVersion LowCardinality(String) MATERIALIZED ResourceAttributes['service.version'],
    ResourceAttributes ${ATTRS} CODEC(ZSTD(3)),
    ResourceAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName LowCardinality(String),
    ScopeVersion LowCardinality(String),
    ScopeAttributes ${ATTRS} CODEC(ZSTD(1)),
    ScopeAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    ResourceDroppedAttributesCount UInt32,
    ScopeDroppedAttributesCount UInt32,
    SpanAttributes ${ATTRS} CODEC(ZSTD(3)),
    SpanAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    Duration UInt64 CODEC(T64, ZSTD(1)),
    EndsBeforeStart Bool DEFAULT false,
    EndsEarlyBy UInt64 CODEC(T64, ZSTD(1)),
    StatusCode LowCardinality(String),
    StatusMessage String CODEC(ZSTD(1)),
    DroppedAttributesCount UInt32,
    DroppedEventsCount UInt32,
    DroppedLinksCount UInt32,
    Overflow UInt8,
    \`Events.Timestamp\` Array(DateTime64(9)),
    \`Events.Name\` Array(LowCardinality(String)),
    \`Events.Attributes\` Array(${ATTRS}),
    \`Events.AttributeTypes\` Array(${TYPES}),
    \`Events.DroppedAttributesCount\` Array(UInt32),
    \`Links.TraceId\` Array(String),
    \`Links.SpanId\` Array(String),
    \`Links.TraceState\` Array(String),
    \`Links.Attributes\` Array(${ATTRS}),
    \`Links.AttributeTypes\` Array(${TYPES}),
    \`Links.Flags\` Array(UInt32),
    \`Links.DroppedAttributesCount\` Array(UInt32),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_operation Operation TYPE bloom_filter(0.01) GRANULARITY 8,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
  ) ${mergeTree('MergeTree', 'Timestamp', SPAN_ORDER, `${BUCKETS}, index_granularity = ${SPAN_GRANULARITY}`)}`;
}

function logs(): string {
  return `CREATE TABLE IF NOT EXISTS otel_logs (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimestampTime DateTime DEFAULT toDateTime(Timestamp),
    ObservedTimestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    TraceFlags UInt8,
    Flags UInt32,
    SeverityText LowCardinality(String),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String),
    Body String CODEC(ZSTD(1)),
    BodyType LowCardinality(String),
    ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes ${ATTRS} CODEC(ZSTD(1)),
    ResourceAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String),
    ScopeAttributes ${ATTRS} CODEC(ZSTD(1)),
    ScopeAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    ResourceDroppedAttributesCount UInt32,
    ScopeDroppedAttributesCount UInt32,
    DroppedAttributesCount UInt32,
    LogAttributes ${ATTRS} CODEC(ZSTD(1)),
    LogAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    EventName LowCardinality(String),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_log_attr_key mapKeys(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_log_attr_value mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1
  ) ${mergeTree('MergeTree', 'TimestampTime', 'ServiceName, TimestampTime, Timestamp', BUCKETS)}`;
}

const POINT_HEAD = `
    ResourceAttributes ${ATTRS} CODEC(ZSTD(1)),
    ResourceAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    ResourceDroppedAttributesCount UInt32,
    ResourceSchemaUrl String CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    ScopeAttributes ${ATTRS} CODEC(ZSTD(1)),
    ScopeAttributeTypes ${TYPES} CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    MetricName LowCardinality(String),
    MetricDescription LowCardinality(String),
    MetricUnit LowCardinality(String),
    MetricMetadata ${ATTRS} CODEC(ZSTD(1)),
    MetricMetadataTypes ${TYPES} CODEC(ZSTD(1)),
    Attributes ${ATTRS} CODEC(ZSTD(1)),
    AttributeTypes ${TYPES} CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    Flags UInt32`;

const EXEMPLARS = `
    \`Exemplars.FilteredAttributes\` Array(${ATTRS}),
    \`Exemplars.FilteredAttributeTypes\` Array(${TYPES}),
    \`Exemplars.TimeUnix\` Array(DateTime64(9)),
    \`Exemplars.Value\` Array(Float64),
    \`Exemplars.IntValue\` Array(Nullable(Int64)),
    \`Exemplars.SpanId\` Array(String),
    \`Exemplars.TraceId\` Array(String)`;

const NUMBER = 'Value Float64, IntValue Nullable(Int64)';
const DISTRIBUTION = `Count UInt64, Sum Float64, Min Float64, Max Float64, Unknown Array(LowCardinality(String)),
    AggregationTemporality Int32`;

/** Columns after POINT_HEAD of each metric table, by the name of the OTLP data kind. */
const METRIC_COLUMNS = {
  gauge: `${NUMBER}, ${EXEMPLARS}`,
  sum: `${NUMBER}, ${EXEMPLARS}, AggregationTemporality Int32, IsMonotonic Boolean`,
  histogram: `${DISTRIBUTION}, BucketCounts Array(UInt64), ExplicitBounds Array(Float64), ${EXEMPLARS}`,
  exponential_histogram: `${DISTRIBUTION}, Scale Int32, ZeroCount UInt64, ZeroThreshold Float64, PositiveOffset Int32,
    PositiveBucketCounts Array(UInt64), NegativeOffset Int32, NegativeBucketCounts Array(UInt64), ${EXEMPLARS}`,
  summary: `Count UInt64, Sum Float64, \`ValueAtQuantiles.Quantile\` Array(Float64), \`ValueAtQuantiles.Value\` Array(Float64)`,
} as const;

function metrics(): string[] {
  return Object.entries(METRIC_COLUMNS).map(
    ([kind, columns]) => `CREATE TABLE IF NOT EXISTS otel_metrics_${kind} (${POINT_HEAD}, ${columns})
    ${mergeTree('MergeTree', 'TimeUnix', 'ServiceName, MetricName, toDateTime(TimeUnix)')}`,
  );
}

/** By the second for live pages and short ranges; by the minute (`Second` is its first) for an hour and more. */
export const TRAFFIC_TABLES = ['stormglass_traffic', 'stormglass_traffic_minutes'] as const;

function traffic(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
      Second DateTime, Kind LowCardinality(String), Service LowCardinality(String),
      Peer LowCardinality(String), Operation LowCardinality(String),
      Calls SimpleAggregateFunction(sum, UInt64),
      Errors SimpleAggregateFunction(sum, UInt64),
      Receipts SimpleAggregateFunction(sum, UInt64),
      Durations SimpleAggregateFunction(sumMap, Map(UInt8, UInt64))
    ) ${mergeTree('AggregatingMergeTree', 'Second', 'Second, Kind, Service, Peer, Operation')}`;
}

function lookups(): string[] {
  return [
    ...TRAFFIC_TABLES.map((table) => traffic(table)),
    `CREATE TABLE IF NOT EXISTS stormglass_traces (
      Minute DateTime, TraceId String CODEC(ZSTD(1)),
      Start SimpleAggregateFunction(min, DateTime64(9)),
      End SimpleAggregateFunction(max, DateTime64(9)),
      Spans SimpleAggregateFunction(sum, UInt64),
      Errors SimpleAggregateFunction(sum, UInt64),
      Root SimpleAggregateFunction(min, Tuple(Rank UInt8, Start DateTime64(9), Service String, Name String)),
      Services SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
      FaultIds SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
      Links SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
      INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX idx_links Links TYPE bloom_filter(0.01) GRANULARITY 1
    ) ${mergeTree('AggregatingMergeTree', 'Minute', 'Minute, TraceId')}`,
    `CREATE TABLE IF NOT EXISTS stormglass_slow (
      Hour DateTime, Service LowCardinality(String), Name String, SlowNs UInt64
    ) ${mergeTree('MergeTree', 'Hour', 'Hour, Service, Name')}`,
    `CREATE TABLE IF NOT EXISTS stormglass_receipts (
      Timestamp DateTime64(9), FaultId String, RunId String, FaultType LowCardinality(String),
      Service LowCardinality(String), Operation LowCardinality(String), TraceId String, SpanId String,
      InjectedSeconds Float64
    ) ${mergeTree('MergeTree', 'Timestamp', 'Timestamp')}`,
    `CREATE TABLE IF NOT EXISTS stormglass_events (
      Timestamp DateTime64(9), EventName LowCardinality(String), Service LowCardinality(String),
      Instance LowCardinality(String), TraceId String, SpanId String, Attributes ${ATTRS},
      INDEX idx_values mapValues(Attributes) TYPE bloom_filter(0.01) GRANULARITY 1
    ) ${mergeTree('MergeTree', 'Timestamp', 'EventName, Timestamp')}`,
  ];
}

/** Every table, in an order in which they can be created. */
export function tableStatements(): string[] {
  return [traces(), logs(), ...metrics(), ...lookups()];
}
