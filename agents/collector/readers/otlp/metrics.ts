import type { TextMap } from '../../queries/stored-span.ts';
import type { MetricKind } from '../../wire/signals.ts';
import { byOrigin, counted, type OriginRow, originColumns } from './groups.ts';
import { doubleOf, keyValues } from './values.ts';

/** A data point; which of the columns after `flags` there are depends on the kind of its metric. */
export interface PointRow extends OriginRow {
  name: string;
  description: string;
  unit: string;
  metadata: TextMap;
  metadataTypes: TextMap;
  attributes: TextMap;
  types: TextMap;
  startNs: string;
  atNs: string;
  flags: number;
  temporality?: number;
  monotonic?: boolean;
  value?: string;
  intValue?: string | null;
  count?: string;
  sum?: string;
  min?: string;
  max?: string;
  unknown?: string[];
  buckets?: string[];
  bounds?: string[];
  scale?: number;
  zeroCount?: string;
  zeroThreshold?: string;
  positiveOffset?: number;
  positive?: string[];
  negativeOffset?: number;
  negative?: string[];
  quantiles?: string[];
  quantileValues?: string[];
  exemplarNs?: string[];
  exemplarValues?: string[];
  exemplarInts?: (string | null)[];
  exemplarSpanIds?: string[];
  exemplarTraceIds?: string[];
  exemplarAttributes?: TextMap[];
  exemplarTypes?: TextMap[];
}

/** Numbers come as text: JSON has no NaN, and a reader of it no integers beyond 2^53. */
const texts = (column: string, as: string) => `arrayMap(x -> toString(x), ${column}) AS ${as}`;
const text = (column: string, as: string) => `toString(${column}) AS ${as}`;

const HEAD = `MetricName AS name, MetricDescription AS description, MetricUnit AS unit, MetricMetadata AS metadata,
  MetricMetadataTypes AS metadataTypes, Attributes AS attributes, AttributeTypes AS types,
  toString(toUnixTimestamp64Nano(StartTimeUnix)) AS startNs, toString(toUnixTimestamp64Nano(TimeUnix)) AS atNs,
  Flags AS flags, ${originColumns('ScopeDroppedAttrCount')}`;
const EXEMPLARS = `arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Exemplars.TimeUnix) AS exemplarNs,
  ${texts('Exemplars.Value', 'exemplarValues')}, ${texts('Exemplars.IntValue', 'exemplarInts')},
  Exemplars.SpanId AS exemplarSpanIds, Exemplars.TraceId AS exemplarTraceIds,
  Exemplars.FilteredAttributes AS exemplarAttributes, Exemplars.FilteredAttributeTypes AS exemplarTypes`;
const NUMBER = `${text('Value', 'value')}, ${text('IntValue', 'intValue')}, ${EXEMPLARS}`;
const DISTRIBUTION = `${text('Count', 'count')}, ${text('Sum', 'sum')}, ${text('Min', 'min')}, ${text('Max', 'max')},
  Unknown AS unknown, AggregationTemporality AS temporality, ${EXEMPLARS}`;

/** Columns of each metric table as a PointRow. */
export const POINT_COLUMNS: Readonly<Record<MetricKind, string>> = {
  gauge: `${HEAD}, ${NUMBER}`,
  sum: `${HEAD}, ${NUMBER}, AggregationTemporality AS temporality, IsMonotonic AS monotonic`,
  histogram: `${HEAD}, ${DISTRIBUTION}, ${texts('BucketCounts', 'buckets')}, ${texts('ExplicitBounds', 'bounds')}`,
  exponential_histogram: `${HEAD}, ${DISTRIBUTION}, Scale AS scale, ${text('ZeroCount', 'zeroCount')},
    ${text('ZeroThreshold', 'zeroThreshold')}, PositiveOffset AS positiveOffset, ${texts('PositiveBucketCounts', 'positive')},
    NegativeOffset AS negativeOffset, ${texts('NegativeBucketCounts', 'negative')}`,
  summary: `${HEAD}, ${text('Count', 'count')}, ${text('Sum', 'sum')},
    ${texts('ValueAtQuantiles.Quantile', 'quantiles')}, ${texts('ValueAtQuantiles.Value', 'quantileValues')}`,
};

const DATA: Readonly<Record<MetricKind, string>> = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  exponential_histogram: 'exponentialHistogram',
  summary: 'summary',
};

/** Stored data points of one kind as OTLP JSON again, by metric. */
export function toResourceMetrics(kind: MetricKind, rows: readonly PointRow[]): object[] {
  return byOrigin(rows, (of) => toMetrics(kind, of)).map(({ scopes, ...group }) => ({
    ...group,
    scopeMetrics: scopes.map(({ items, ...scope }) => ({ ...scope, metrics: items })),
  }));
}

function toMetrics(kind: MetricKind, rows: PointRow[]): object[] {
  const ofMetric = (row: PointRow) =>
    JSON.stringify([
      ...[row.name, row.description, row.unit, row.metadata, row.metadataTypes],
      ...[row.temporality, row.monotonic],
    ]);
  return [...Map.groupBy(rows, ofMetric).values()].flatMap((points) => {
    const first = points[0];
    if (first === undefined) return [];
    const { name, description, unit, temporality, monotonic } = first;
    const metadata = keyValues(first.metadata, first.metadataTypes);
    const data = {
      dataPoints: points.map((row) => toPoint(kind, row)),
      ...(temporality === undefined ? {} : { aggregationTemporality: temporality }),
      ...(monotonic === undefined ? {} : { isMonotonic: monotonic }),
    };
    const described = { ...(description === '' ? {} : { description }), ...(unit === '' ? {} : { unit }) };
    return [{ name, ...described, ...(metadata.length === 0 ? {} : { metadata }), [DATA[kind]]: data }];
  });
}

function toPoint(kind: MetricKind, row: PointRow): object {
  const exemplars = exemplarsOf(row);
  return {
    attributes: keyValues(row.attributes, row.types),
    startTimeUnixNano: row.startNs,
    timeUnixNano: row.atNs,
    ...counted('flags', row.flags),
    ...valuesOf(kind, row),
    ...(exemplars.length === 0 ? {} : { exemplars }),
  };
}

const doubles = (list: readonly string[] = []) => list.map(doubleOf);

function number(int: string | null | undefined, value: string | undefined): object {
  return typeof int === 'string' ? { asInt: int } : { asDouble: doubleOf(value ?? '0') };
}

function valuesOf(kind: MetricKind, row: PointRow): object {
  switch (kind) {
    case 'gauge':
    case 'sum':
      return number(row.intValue, row.value);
    case 'histogram':
      return { ...statistics(row), bucketCounts: row.buckets, explicitBounds: doubles(row.bounds) };
    case 'exponential_histogram':
      return {
        ...statistics(row),
        ...{ scale: row.scale, zeroCount: row.zeroCount, zeroThreshold: doubleOf(row.zeroThreshold ?? '0') },
        positive: { offset: row.positiveOffset, bucketCounts: row.positive },
        negative: { offset: row.negativeOffset, bucketCounts: row.negative },
      };
    case 'summary':
      return {
        ...{ count: row.count, sum: doubleOf(row.sum ?? '0') },
        quantileValues: doubles(row.quantiles).map((quantile, i) => ({
          quantile,
          value: doubleOf(row.quantileValues?.[i] ?? '0'),
        })),
      };
  }
}

function statistics({ count, sum, min, max, unknown = [] }: PointRow): object {
  return {
    count,
    ...(unknown.includes('Sum') ? {} : { sum: doubleOf(sum ?? '0') }),
    ...(unknown.includes('Min') ? {} : { min: doubleOf(min ?? '0') }),
    ...(unknown.includes('Max') ? {} : { max: doubleOf(max ?? '0') }),
  };
}

function exemplarsOf(row: PointRow): object[] {
  return (row.exemplarNs ?? []).map((timeUnixNano, i) => ({
    timeUnixNano,
    ...number(row.exemplarInts?.[i], row.exemplarValues?.[i]),
    filteredAttributes: keyValues(row.exemplarAttributes?.[i] ?? {}, row.exemplarTypes?.[i] ?? {}),
    ...(row.exemplarSpanIds?.[i] ? { spanId: row.exemplarSpanIds[i] } : {}),
    ...(row.exemplarTraceIds?.[i] ? { traceId: row.exemplarTraceIds[i] } : {}),
  }));
}
