import type { MetricKind } from '../../wire/signals.ts';
import {
  attributeMap,
  attributeMaps,
  attributes,
  field,
  hexIds,
  type Load,
  type LoadPart,
  scalar,
  scalars,
  timestamp,
  timestamps,
} from '../flat.ts';

const RESOURCE = 'resource_metrics.resource.attributes';
const SCOPE = 'resource_metrics.scope_metrics';
const METRIC = `${SCOPE}.metrics`;

function head(point: string): LoadPart {
  return {
    columns: [
      ...attributes(RESOURCE, 1),
      scalar('resource_metrics.schema_url', 'String', 1),
      ...scalars(SCOPE, 'String', 2, ['scope.name', 'scope.version', 'schema_url']),
      scalar(`${SCOPE}.scope.dropped_attributes_count`, 'UInt32', 2),
      ...scalars(METRIC, 'String', 3, ['name', 'description', 'unit']),
      ...attributes(`${point}.attributes`, 4),
      ...scalars(point, 'UInt64', 4, ['start_time_unix_nano', 'time_unix_nano']),
      scalar(`${point}.flags`, 'UInt32', 4),
    ],
    target: {
      ResourceAttributes: attributeMap(RESOURCE),
      ResourceSchemaUrl: field('resource_metrics.schema_url'),
      ScopeName: field(`${SCOPE}.scope.name`),
      ScopeVersion: field(`${SCOPE}.scope.version`),
      ScopeDroppedAttrCount: field(`${SCOPE}.scope.dropped_attributes_count`),
      ScopeSchemaUrl: field(`${SCOPE}.schema_url`),
      ServiceName: `${attributeMap(RESOURCE)}['service.name']`,
      MetricName: field(`${METRIC}.name`),
      MetricDescription: field(`${METRIC}.description`),
      MetricUnit: field(`${METRIC}.unit`),
      Attributes: attributeMap(`${point}.attributes`),
      StartTimeUnix: timestamp(field(`${point}.start_time_unix_nano`)),
      TimeUnix: timestamp(field(`${point}.time_unix_nano`)),
      Flags: field(`${point}.flags`),
    },
  };
}

/** Exactly one of the two was sent, and the other reads as 0. */
const number = (path: string) =>
  `if(${field(`${path}.as_int`)} != 0, toFloat64(${field(`${path}.as_int`)}), ${field(`${path}.as_double`)})`;

function value(point: string): LoadPart {
  return {
    columns: [scalar(`${point}.as_int`, 'Int64', 4), scalar(`${point}.as_double`, 'Float64', 4)],
    target: { Value: number(point) },
  };
}

function exemplars(point: string): LoadPart {
  const path = `${point}.exemplars`;
  return {
    columns: [
      ...attributes(`${path}.filtered_attributes`, 5),
      scalar(`${path}.time_unix_nano`, 'UInt64', 5),
      scalar(`${path}.as_int`, 'Int64', 5),
      scalar(`${path}.as_double`, 'Float64', 5),
      ...scalars(path, 'String', 5, ['span_id', 'trace_id']),
    ],
    target: {
      'Exemplars.FilteredAttributes': attributeMaps(`${path}.filtered_attributes`),
      'Exemplars.TimeUnix': timestamps(field(`${path}.time_unix_nano`)),
      'Exemplars.Value': `arrayMap((i, d) -> if(i != 0, toFloat64(i), d), ${field(`${path}.as_int`)}, ${field(`${path}.as_double`)})`,
      'Exemplars.SpanId': hexIds(field(`${path}.span_id`)),
      'Exemplars.TraceId': hexIds(field(`${path}.trace_id`)),
    },
  };
}

/** Columns named like their target: `paths` maps target column -> [path below the point, type, extra depth]. */
function plain(point: string, paths: Record<string, [path: string, type: string, extra?: number]>): LoadPart {
  const entries = Object.entries(paths);
  return {
    columns: entries.map(([, [path, type, extra]]) => scalar(`${point}.${path}`, type, 4 + (extra ?? 0))),
    target: Object.fromEntries(entries.map(([column, [path]]) => [column, field(`${point}.${path}`)])),
  };
}

function temporality(data: string): LoadPart {
  const path = `${data}.aggregation_temporality`;
  return { columns: [scalar(path, 'Int32', 3)], target: { AggregationTemporality: field(path) } };
}

function monotonic(data: string): LoadPart {
  const path = `${data}.is_monotonic`;
  return { columns: [scalar(path, 'UInt8', 3)], target: { IsMonotonic: field(path) } };
}

const STATISTICS = {
  Count: ['count', 'UInt64'],
  Sum: ['sum', 'Float64'],
  Min: ['min', 'Float64'],
  Max: ['max', 'Float64'],
} satisfies Record<string, [string, string]>;

function parts(kind: MetricKind, data: string, point: string): LoadPart[] {
  switch (kind) {
    case 'gauge':
      return [value(point)];
    case 'sum':
      return [value(point), temporality(data), monotonic(data)];
    case 'histogram':
      return [
        plain(point, {
          ...STATISTICS,
          BucketCounts: ['bucket_counts', 'UInt64', 1],
          ExplicitBounds: ['explicit_bounds', 'Float64', 1],
        }),
        temporality(data),
      ];
    case 'exponential_histogram':
      return [
        plain(point, {
          ...STATISTICS,
          Scale: ['scale', 'Int32'],
          ZeroCount: ['zero_count', 'UInt64'],
          PositiveOffset: ['positive.offset', 'Int32'],
          PositiveBucketCounts: ['positive.bucket_counts', 'UInt64', 1],
          NegativeOffset: ['negative.offset', 'Int32'],
          NegativeBucketCounts: ['negative.bucket_counts', 'UInt64', 1],
        }),
        temporality(data),
      ];
    case 'summary':
      return [
        plain(point, {
          Count: ['count', 'UInt64'],
          Sum: ['sum', 'Float64'],
          'ValueAtQuantiles.Quantile': ['quantile_values.quantile', 'Float64', 1],
          'ValueAtQuantiles.Value': ['quantile_values.value', 'Float64', 1],
        }),
      ];
  }
}

function metricLoad(kind: MetricKind): Load {
  const data = `${METRIC}.${kind}`;
  const point = `${data}.data_points`;
  const all = [head(point), ...parts(kind, data, point)];
  return {
    table: `otel_metrics_${kind}`,
    message: 'ExportMetricsServiceRequest',
    levels: ['resource_metrics', SCOPE, METRIC, point],
    columns: all.flatMap((p) => p.columns),
    target: Object.assign({}, ...all.map((p) => p.target)) as Record<string, string>,
    parts: {
      scope_attributes: {
        columns: attributes(`${SCOPE}.scope.attributes`, 2),
        target: { ScopeAttributes: attributeMap(`${SCOPE}.scope.attributes`) },
      },
      // A summary has no exemplars.
      ...(kind === 'summary' ? {} : { exemplars: exemplars(point) }),
    },
  };
}

/** ExportMetricsServiceRequest -> otel_metrics_*, one load for each kind of data. */
export const METRICS: Record<MetricKind, Load> = {
  gauge: metricLoad('gauge'),
  sum: metricLoad('sum'),
  histogram: metricLoad('histogram'),
  exponential_histogram: metricLoad('exponential_histogram'),
  summary: metricLoad('summary'),
};
