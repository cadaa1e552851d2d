import { OPERATION } from './cells.ts';
import { minutesOf } from './views.ts';

/**
 * The shape before shapes were recorded: a store without a record has it (earlier, each shape had a directory of its own). `../testing/schema/version-4.sql` is what made it.
 */
export const BASELINE = 4;

/** One step from the version before it. To add one: change tables.ts or views.ts, and say here what an old store lacks. */
export interface Migration {
  version: number;
  /**
   * What brings the store of the version before to this one. All are run again after a crash half way, so each must be
   * safe to repeat (ADD COLUMN IF NOT EXISTS; TRUNCATE before a table is filled from others). Tables that are new in
   * tables.ts have been made when it runs; views have been dropped and come after it, always all of them. On a server the
   * raw tables may belong to an OpenTelemetry Collector too: to those a step may only add.
   */
  statements: () => readonly string[];
}

const MAP = 'Map(LowCardinality(String), String)';
const TYPES = 'Map(LowCardinality(String), LowCardinality(String))';

function add(table: string, columns: readonly string[]): string {
  return `ALTER TABLE ${table} ${columns.map((column) => `ADD COLUMN IF NOT EXISTS ${column}`).join(', ')}`;
}

/** What an OTLP request can say and version 5 had no column for. */
function columnsOfOtlp(): string[] {
  const scope = [
    `ScopeAttributeTypes ${TYPES} CODEC(ZSTD(1))`,
    ...['ResourceDroppedAttributesCount UInt32', 'ScopeDroppedAttributesCount UInt32'],
  ];
  const point = [
    ...['ResourceAttributeTypes', 'ScopeAttributeTypes'].map((name) => `${name} ${TYPES} CODEC(ZSTD(1))`),
    ...['ResourceDroppedAttributesCount UInt32', `MetricMetadata ${MAP} CODEC(ZSTD(1))`],
    ...['MetricMetadataTypes', 'AttributeTypes'].map((name) => `${name} ${TYPES} CODEC(ZSTD(1))`),
  ];
  const exemplars = [
    `\`Exemplars.FilteredAttributeTypes\` Array(${TYPES})`,
    '`Exemplars.IntValue` Array(Nullable(Int64))',
  ];
  const number = [...point, ...exemplars, 'IntValue Nullable(Int64)'];
  const distribution = [...point, ...exemplars, 'Unknown Array(LowCardinality(String))'];
  return [
    add('otel_traces', scope),
    add('otel_logs', [
      ...scope,
      ...['ObservedTimestamp DateTime64(9) CODEC(Delta(8), ZSTD(1))', 'Flags UInt32'],
      'DroppedAttributesCount UInt32',
    ]),
    add('otel_metrics_gauge', number),
    add('otel_metrics_sum', number),
    add('otel_metrics_histogram', distribution),
    add('otel_metrics_exponential_histogram', [...distribution, 'ZeroThreshold Float64']),
    add('otel_metrics_summary', point),
  ];
}

/** The column of time of each table that version 6 has. */
const TIMES = {
  otel_traces: 'Timestamp',
  otel_logs: 'TimestampTime',
  otel_metrics_gauge: 'TimeUnix',
  otel_metrics_sum: 'TimeUnix',
  otel_metrics_histogram: 'TimeUnix',
  otel_metrics_exponential_histogram: 'TimeUnix',
  otel_metrics_summary: 'TimeUnix',
  stormglass_traffic: 'Second',
  stormglass_traces: 'Minute',
  stormglass_receipts: 'Timestamp',
  stormglass_events: 'Timestamp',
};

/** There is one to remove only once: setting it first makes that safe to repeat. */
function withoutTtl([table, time]: [string, string]): string[] {
  return [
    `ALTER TABLE ${table} MODIFY TTL toDateTime(${time}) + toIntervalDay(1000) SETTINGS materialize_ttl_after_modify = 0`,
    `ALTER TABLE ${table} REMOVE TTL`,
    `ALTER TABLE ${table} RESET SETTING ttl_only_drop_parts`,
  ];
}

/** Operations and links as columns, traffic by the minute. Spans stored before stay in granules of 8,192. */
function quickerAnswers(): string[] {
  return [
    `ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Operation LowCardinality(String) MATERIALIZED ${OPERATION} AFTER ServiceName`,
    `ALTER TABLE otel_traces MODIFY COLUMN ResourceAttributes ${MAP} CODEC(ZSTD(3))`,
    `ALTER TABLE otel_traces DROP INDEX IF EXISTS idx_link_trace_id,
      ADD INDEX IF NOT EXISTS idx_operation Operation TYPE bloom_filter(0.01) GRANULARITY 8`,
    `ALTER TABLE stormglass_traces
      ADD COLUMN IF NOT EXISTS Links SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
      ADD INDEX IF NOT EXISTS idx_links Links TYPE bloom_filter(0.01) GRANULARITY 1`,
    // Rows that only add the links to what is known of a trace already.
    `INSERT INTO stormglass_traces SELECT toStartOfMinute(min(Timestamp)), TraceId, min(Timestamp), max(Timestamp), 0, 0,
      (9, max(Timestamp), '', ''), [], [], groupUniqArrayArray(Links.TraceId)
      FROM otel_traces WHERE notEmpty(Links.TraceId) GROUP BY TraceId`,
    'TRUNCATE TABLE stormglass_traffic_minutes',
    `INSERT INTO stormglass_traffic_minutes ${minutesOf('stormglass_traffic')}`,
  ];
}

/** Forward only, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 5,
    statements: () => [
      'ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Overflow UInt8 AFTER DroppedLinksCount',
    ],
  },
  { version: 6, statements: columnsOfOtlp },
  { version: 7, statements: () => Object.entries(TIMES).flatMap(withoutTtl) },
  {
    version: 8,
    statements: () => [
      'ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS EndsEarlyBy UInt64 CODEC(T64, ZSTD(1)) AFTER EndsBeforeStart',
    ],
  },
  { version: 9, statements: quickerAnswers },
];

/** Of tables.ts as it is. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? BASELINE;
