import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { EXPORT_PATH, frame, GrpcWire } from '../testing/grpc.ts';
import { post } from '../testing/requests.ts';
import { SIGNALS, type Signal } from '../wire/signals.ts';

/** Requests which Google's protobuf for Python encoded from the official definitions (fixtures/record.py). */
const recorded = (signal: Signal) => readFileSync(new URL(`./fixtures/${signal}.pb`, import.meta.url));

let collector: TestCollector;
beforeAll(async () => {
  // The recording has a fixed time.
  collector = await TestCollector.start({ COLLECTOR_RETENTION_DAYS: '20000', COLLECTOR_KEEP_DAYS: '20000' });
  const wire = new GrpcWire(collector.ports.grpc);
  for (const signal of SIGNALS) {
    expect((await post(collector.otlp, signal, recorded(signal))).status).toBe(200);
    expect((await wire.call(EXPORT_PATH[signal], frame(recorded(signal)))).code).toBe(0);
  }
  wire.close();
  await eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
});
afterAll(() => collector.dispose());

/** The two rows, one by HTTP and one by gRPC, which must be the same. */
async function row(table: string, columns: string): Promise<Record<string, unknown>> {
  const rows = await collector.rows<Record<string, unknown>>(
    `SELECT ${columns} FROM ${table} WHERE ServiceName = 'python'`,
  );
  expect(rows.length).toBe(2);
  expect(rows[1]).toEqual(rows[0]);
  return rows[0] ?? {};
}
const nanos = (column: string) =>
  `toString(toUnixTimestamp64Nano(${column})) AS ${column.replace('.', '')}At`;
const nanosOfEach = (column: string) =>
  `arrayMap(t -> toString(toUnixTimestamp64Nano(t)), \`${column}\`) AS Times`;

const TRACE = '0102030405060708090a0b0c0d0e0f10';
const SPAN = '0102030405060708';
const START = '1795000000000000001';
const TEXTS = {
  ...{ text: 'ü 😀', int: '-9223372036854775808', double: '0.1', whole: '3', yes: 'true', no: 'false' },
  ...{ bytes: 'AP8=', list: '["a",1,2.5,null,[true]]', map: '{"k":{"n":9007199254740993}}', nothing: '' },
};
const TYPES = {
  ...{ int: 'i', double: 'd', whole: 'd', yes: 'b', no: 'b', bytes: 'y', list: 'j', map: 'j', nothing: 'n' },
};
const COMMON = {
  ResourceSchemaUrl: 'https://example.com/resource',
  ScopeSchemaUrl: 'https://example.com/scope',
  ScopeName: 'scope',
  ScopeVersion: '1.2',
  ScopeAttributes: { team: 'a' },
  ScopeAttributeTypes: {},
  ResourceDroppedAttributesCount: 1,
  ResourceAttributes: { 'service.name': 'python', 'service.version': '9' },
};

test('a span with every field', async () => {
  expect(
    await row('otel_traces', `*, ${nanos('Timestamp')}, ${nanosOfEach('Events.Timestamp')}`),
  ).toMatchObject({
    ...COMMON,
    TimestampAt: START,
    Duration: 1_000_000_007,
    EndsBeforeStart: false,
    TraceId: TRACE,
    SpanId: SPAN,
    ParentSpanId: '0b0c0d0e0f101112',
    TraceState: 'a=1,b=2',
    Flags: 0x301,
    ScopeDroppedAttributesCount: 2,
    SpanName: 'every field',
    SpanKind: 'Consumer',
    StatusCode: 'Error',
    StatusMessage: 'broken',
    SpanAttributes: TEXTS,
    SpanAttributeTypes: TYPES,
    DroppedAttributesCount: 3,
    DroppedEventsCount: 5,
    DroppedLinksCount: 7,
    Times: ['1795000000000000006'],
    'Events.Name': ['event'],
    'Events.Attributes': [{ e: '1' }],
    'Events.AttributeTypes': [{ e: 'i' }],
    'Events.DroppedAttributesCount': [4],
    'Links.TraceId': ['100f0e0d0c0b0a090807060504030201'],
    'Links.SpanId': ['0807060504030201'],
    'Links.TraceState': ['c=3'],
    'Links.Attributes': [{ l: 'true' }],
    'Links.AttributeTypes': [{ l: 'b' }],
    'Links.Flags': [0x101],
    'Links.DroppedAttributesCount': [6],
  });
});

test('a log record with every field', async () => {
  expect(await row('otel_logs', `*, ${nanos('Timestamp')}, ${nanos('ObservedTimestamp')}`)).toMatchObject({
    ...COMMON,
    TimestampAt: START,
    ObservedTimestampAt: '1795000000000000010',
    ScopeDroppedAttributesCount: 2,
    DroppedAttributesCount: 3,
    Flags: 1,
    TraceId: TRACE,
    SpanId: SPAN,
    TraceFlags: 1,
    SeverityNumber: 17,
    SeverityText: 'ERROR',
    Body: '{"said":["no",1]}',
    BodyType: 'j',
    LogAttributes: TEXTS,
    LogAttributeTypes: TYPES,
    EventName: 'event.of.python',
  });
});

const exemplar = (value: number, int: number | null) => ({
  'Exemplars.FilteredAttributes': [{ x: '1' }],
  'Exemplars.FilteredAttributeTypes': [{ x: 'i' }],
  'Exemplars.IntValue': [int],
  Times: ['1795000000000000004'],
  'Exemplars.Value': [value],
  'Exemplars.SpanId': [SPAN],
  'Exemplars.TraceId': [TRACE],
});

test.each<[string, Record<string, unknown>]>([
  ['gauge', { Value: -0.5, IntValue: null, ...exemplar(1.5, null) }],
  ['sum', { Value: -7, IntValue: -7, AggregationTemporality: 1, IsMonotonic: true, ...exemplar(8, 8) }],
  [
    'histogram',
    {
      ...{ Count: 6, Sum: 12.5, Min: 0.25, Max: 9, BucketCounts: [1, 2, 3], ExplicitBounds: [0.5, 5] },
      ...{ AggregationTemporality: 2, Unknown: [] },
      ...exemplar(4, null),
    },
  ],
  [
    'exponential_histogram',
    {
      ...{ Count: 10, Sum: -3.5, Min: -8, Max: 7, Scale: -2, ZeroCount: 1, ZeroThreshold: 0.001 },
      ...{ AggregationTemporality: 1, Unknown: [] },
      ...{ PositiveOffset: -3, PositiveBucketCounts: [1, 300, 0] },
      ...{ NegativeOffset: 4, NegativeBucketCounts: [2] },
      ...exemplar(2, 2),
    },
  ],
  [
    'summary',
    { Count: 4, Sum: 2, 'ValueAtQuantiles.Quantile': [0.5, 0.99], 'ValueAtQuantiles.Value': [0.4, 1.5] },
  ],
])('a point of a %s with every field', async (kind, expected) => {
  const name = kind.replace('_histogram', '');
  const times = kind === 'summary' ? '' : `, ${nanosOfEach('Exemplars.TimeUnix')}`;
  expect(
    await row(`otel_metrics_${kind}`, `*, ${nanos('StartTimeUnix')}, ${nanos('TimeUnix')}${times}`),
  ).toMatchObject({
    ...COMMON,
    ScopeDroppedAttrCount: 2,
    MetricName: name,
    MetricDescription: `of ${name}`,
    MetricUnit: 's',
    MetricMetadata: { m: '1' },
    MetricMetadataTypes: {},
    Attributes: { point: 'p' },
    AttributeTypes: {},
    ResourceAttributeTypes: {},
    StartTimeUnixAt: START,
    TimeUnixAt: '1795000001000000001',
    Flags: 1,
    ...expected,
  });
});
