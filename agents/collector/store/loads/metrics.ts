import type { MetricKind } from '../../wire/signals.ts';
import {
  attributeMap,
  attributeMaps,
  attributes,
  attributeTypeMaps,
  attributeTypes,
  field,
  hexIds,
  type Load,
  type LoadPart,
  scalar,
  scalars,
  scopeAttributes,
  timestamp,
  timestamps,
} from '../flat.ts';

const RESOURCE = 'resource_metrics.resource';
const SCOPE = 'resource_metrics.scope_metrics';
const METRIC = `${SCOPE}.metrics`;

function head(point: string): LoadPart {
  return {
    columns: [
      ...attributes(`${RESOURCE}.attributes`, 1),
      scalar('resource_metrics.schema_url', 'String', 1),
      ...scalars(SCOPE, 'String', 2, ['scope.name', 'scope.version', 'schema_url']),
      scalar(`${RESOURCE}.dropped_attributes_count`, 'UInt32', 1),
      scalar(`${SCOPE}.scope.dropped_attributes_count`, 'UInt32', 2),
      ...scalars(METRIC, 'String', 3, ['name', 'description', 'unit']),
      ...attributes(`${point}.attributes`, 4),
      ...scalars(point, 'UInt64', 4, ['start_time_unix_nano', 'time_unix_nano']),
      scalar(`${point}.flags`, 'UInt32', 4),
    ],
    target: {
      ResourceAttributes: attributeMap(`${RESOURCE}.attributes`),
      ResourceAttributeTypes: attributeTypes(`${RESOURCE}.attributes`),
      ResourceDroppedAttributesCount: field(`${RESOURCE}.dropped_attributes_count`),
      ResourceSchemaUrl: field('resource_metrics.schema_url'),
      ScopeName: field(`${SCOPE}.scope.name`),
      ScopeVersion: field(`${SCOPE}.scope.version`),
      ScopeDroppedAttrCount: field(`${SCOPE}.scope.dropped_attributes_count`),
      ScopeSchemaUrl: field(`${SCOPE}.schema_url`),
      ServiceName: `${attributeMap(`${RESOURCE}.attributes`)}['service.name']`,
      MetricName: field(`${METRIC}.name`),
      MetricDescription: field(`${METRIC}.description`),
      MetricUnit: field(`${METRIC}.unit`),
      Attributes: attributeMap(`${point}.attributes`),
      AttributeTypes: attributeTypes(`${point}.attributes`),
      StartTimeUnix: timestamp(field(`${point}.start_time_unix_nano`)),
      TimeUnix: timestamp(field(`${point}.time_unix_nano`)),
      Flags: field(`${point}.flags`),
    },
  };
}

/** One of the two was sent. IntValue says that it was the integer, and says it exactly beyond 2^53. */
function value(point: string): LoadPart {
  const int = `${point}.as_int`;
  return {
    columns: [scalar(int, 'Nullable(Int64)', 4), scalar(`${point}.as_double`, 'Float64', 4)],
    target: {
      Value: `ifNull(toFloat64(${field(int)}), ${field(`${point}.as_double`)})`,
      IntValue: field(int),
    },
  };
}

function exemplars(point: string): LoadPart {
  const path = `${point}.exemplars`;
  return {
    columns: [
      ...attributes(`${path}.filtered_attributes`, 5),
      scalar(`${path}.time_unix_nano`, 'UInt64', 5),
      scalar(`${path}.as_int`, 'Nullable(Int64)', 5),
      scalar(`${path}.as_double`, 'Float64', 5),
      ...scalars(path, 'String', 5, ['span_id', 'trace_id']),
    ],
    target: {
      'Exemplars.FilteredAttributes': attributeMaps(`${path}.filtered_attributes`),
      'Exemplars.FilteredAttributeTypes': attributeTypeMaps(`${path}.filtered_attributes`),
      'Exemplars.TimeUnix': timestamps(field(`${path}.time_unix_nano`)),
      'Exemplars.Value': `arrayMap((i, d) -> ifNull(toFloat64(i), d), ${field(`${path}.as_int`)}, ${field(`${path}.as_double`)})`,
      'Exemplars.IntValue': field(`${path}.as_int`),
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

/** Sum, Min and Max may be unknown, which is not 0: the exporter's columns cannot say so, `Unknown` does. */
function statistics(point: string): LoadPart {
  const optional = { Sum: `${point}.sum`, Min: `${point}.min`, Max: `${point}.max` };
  const entries = Object.entries(optional);
  const unknown = entries.map(([column, path]) => `if(isNull(${field(path)}), '${column}', '')`).join(', ');
  return {
    columns: [
      scalar(`${point}.count`, 'UInt64', 4),
      ...entries.map(([, path]) => scalar(path, 'Nullable(Float64)', 4)),
    ],
    target: {
      Count: field(`${point}.count`),
      ...Object.fromEntries(entries.map(([column, path]) => [column, `ifNull(${field(path)}, 0)`])),
      Unknown: `arrayFilter(c -> c != '', [${unknown}])`,
    },
  };
}

function parts(kind: MetricKind, data: string, point: string): LoadPart[] {
  switch (kind) {
    case 'gauge':
      return [value(point)];
    case 'sum':
      return [value(point), temporality(data), monotonic(data)];
    case 'histogram':
      return [
        statistics(point),
        plain(point, {
          BucketCounts: ['bucket_counts', 'UInt64', 1],
          ExplicitBounds: ['explicit_bounds', 'Float64', 1],
        }),
        temporality(data),
      ];
    case 'exponential_histogram':
      return [
        statistics(point),
        plain(point, {
          Scale: ['scale', 'Int32'],
          ZeroCount: ['zero_count', 'UInt64'],
          ZeroThreshold: ['zero_threshold', 'Float64'],
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
      scope_attributes: scopeAttributes(SCOPE),
      metadata: {
        columns: attributes(`${METRIC}.metadata`, 3),
        target: {
          MetricMetadata: attributeMap(`${METRIC}.metadata`),
          MetricMetadataTypes: attributeTypes(`${METRIC}.metadata`),
        },
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
