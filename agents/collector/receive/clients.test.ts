import {
  context,
  createTraceState,
  ROOT_CONTEXT,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPLogExporter as LogsGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogsJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogsProto } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricsGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as MetricsJson,
} from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricsProto } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TracesGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TracesJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TracesProto } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId } from '../testing/requests.ts';

/** The exporters of OpenTelemetry for JavaScript, in each of their three encodings, packed and not. */
const EXPORTERS = {
  'http/protobuf': { traces: TracesProto, metrics: MetricsProto, logs: LogsProto },
  'http/json': { traces: TracesJson, metrics: MetricsJson, logs: LogsJson },
  grpc: { traces: TracesGrpc, metrics: MetricsGrpc, logs: LogsGrpc },
};
type Protocol = keyof typeof EXPORTERS;
const CLIENTS = (Object.keys(EXPORTERS) as Protocol[]).flatMap((protocol) =>
  ['none', 'gzip'].map((compression) => ({ protocol, compression, service: `${protocol} ${compression}` })),
);

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start();
});
afterEach(() => {
  delete process.env.OTEL_EXPORTER_OTLP_COMPRESSION;
});
afterAll(() => collector.dispose());

const target = (protocol: Protocol, signal: string) => ({
  url: protocol === 'grpc' ? `http://127.0.0.1:${collector.ports.grpc}` : `${collector.otlp}/v1/${signal}`,
});
const resource = (service: string) =>
  resourceFromAttributes(
    { 'service.name': service, tags: ['a', 'b'] },
    { schemaUrl: 'https://example.com/resource' },
  );
const rowOf = (table: string, columns: string, service: string) =>
  eventually(`a row of ${table}`, async () => {
    const rows = await collector.rows<Record<string, unknown>>(
      `SELECT ${columns} FROM ${table} WHERE ServiceName = '${service}'`,
    );
    expect(rows.length).toBeLessThanOrEqual(1);
    return rows[0] ?? null;
  });

const ATTRIBUTES = {
  ...{ text: 'ü 😀', empty: '', int: 42, least: -9_007_199_254_740_991, double: 0.1, huge: 1e300 },
  ...{ yes: true, no: false, texts: ['a', 'b'], numbers: [1, 2.5], flags: [true, false], none: [] },
};
const TEXTS = {
  ...{ text: 'ü 😀', empty: '', int: '42', least: '-9007199254740991', double: '0.1', huge: '1e300' },
  ...{ yes: 'true', no: 'false', texts: '["a","b"]', numbers: '[1,2.5]', flags: '[true,false]', none: '[]' },
};
const TYPES = {
  ...{ int: 'i', least: 'i', double: 'd', huge: 'd', yes: 'b', no: 'b' },
  ...{ texts: 'j', numbers: 'j', flags: 'j', none: 'j' },
};
const RESOURCE = {
  ResourceSchemaUrl: 'https://example.com/resource',
  ScopeSchemaUrl: 'https://example.com/scope',
  ScopeName: 'scope',
  ScopeVersion: '1.2',
};
const SCOPE = ['scope', '1.2', { schemaUrl: 'https://example.com/scope' }] as const;
const [SECONDS, NANOS] = [Math.floor(Date.now() / 1000), 123_456_789];

describe.each(CLIENTS)('$protocol, compression $compression', ({ protocol, compression, service }) => {
  const exporters = EXPORTERS[protocol];

  test('a span arrives with all that was set on it', async () => {
    process.env.OTEL_EXPORTER_OTLP_COMPRESSION = compression;
    const provider = new TracerProvider({
      resource: resource(service),
      spanLimits: { eventCountLimit: 1, linkCountLimit: 1, attributeCountLimit: 12 },
      spanProcessors: [
        new SimpleSpanProcessor({ exporter: new exporters.traces(target(protocol, 'traces')) }),
      ],
    });
    const parent = trace.setSpanContext(ROOT_CONTEXT, {
      ...{ traceId: hexId(99, 16), spanId: hexId(9, 8), traceFlags: 1, isRemote: true },
      traceState: createTraceState('a=1,b=2'),
    });
    const linked = (n: number) => ({
      context: {
        traceId: hexId(n, 16),
        spanId: hexId(n, 8),
        traceFlags: 1,
        traceState: createTraceState('c=3'),
      },
      attributes: { why: 'queue' },
    });
    const span = provider.getTracer(...SCOPE).startSpan(
      'POST /orders',
      {
        kind: SpanKind.PRODUCER,
        attributes: ATTRIBUTES,
        links: [linked(1), linked(2)],
        startTime: [SECONDS, NANOS],
      },
      parent,
    );
    span.setAttribute('one.too.many', 1);
    span.addEvent('dropped', {}, [SECONDS, NANOS + 1]);
    span.addEvent('kept', { n: 3 }, [SECONDS, NANOS + 2]);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no stock' });
    span.end([SECONDS + 1, 1]);
    await provider.forceFlush();
    await provider.shutdown();

    const columns =
      '*, toString(toUnixTimestamp64Nano(Timestamp)) AS At, arrayMap(t -> toString(toUnixTimestamp64Nano(t)), `Events.Timestamp`) AS EventsAt';
    expect(await rowOf('otel_traces', columns, service)).toMatchObject({
      ...RESOURCE,
      ResourceAttributes: { 'service.name': service, tags: '["a","b"]' },
      At: `${SECONDS}${NANOS}`,
      Duration: 1_000_000_001 - NANOS,
      TraceId: hexId(99, 16),
      SpanId: span.spanContext().spanId,
      ParentSpanId: hexId(9, 8),
      TraceState: 'a=1,b=2',
      // Sampled, and the parent is known to be remote.
      Flags: 0x301,
      SpanName: 'POST /orders',
      SpanKind: 'Producer',
      StatusCode: 'Error',
      StatusMessage: 'no stock',
      SpanAttributes: TEXTS,
      SpanAttributeTypes: TYPES,
      DroppedAttributesCount: 1,
      DroppedEventsCount: 1,
      DroppedLinksCount: 1,
      EventsAt: [`${SECONDS}${NANOS + 2}`],
      'Events.Name': ['kept'],
      'Events.Attributes': [{ n: '3' }],
      'Links.TraceState': ['c=3'],
      'Links.Attributes': [{ why: 'queue' }],
    });
  });

  test('a log record arrives with all that was set on it', async () => {
    process.env.OTEL_EXPORTER_OTLP_COMPRESSION = compression;
    const provider = new LoggerProvider({
      resource: resource(service),
      processors: [new SimpleLogRecordProcessor({ exporter: new exporters.logs(target(protocol, 'logs')) })],
    });
    provider.getLogger(...SCOPE).emit({
      eventName: 'order.placed',
      timestamp: [SECONDS, NANOS],
      severityNumber: SeverityNumber.WARN2,
      severityText: 'WARN',
      body: { items: ['x', 1, 0.5, true, null, { deep: [] }], bytes: new Uint8Array([0, 255]) },
      attributes: ATTRIBUTES,
      context: trace.setSpanContext(ROOT_CONTEXT, {
        traceId: hexId(98, 16),
        spanId: hexId(8, 8),
        traceFlags: 1,
      }),
    });
    await provider.forceFlush();
    await provider.shutdown();

    expect(
      await rowOf('otel_logs', '*, toString(toUnixTimestamp64Nano(Timestamp)) AS At', service),
    ).toMatchObject({
      ...RESOURCE,
      At: `${SECONDS}${NANOS}`,
      TraceId: hexId(98, 16),
      SpanId: hexId(8, 8),
      TraceFlags: 1,
      SeverityNumber: 14,
      SeverityText: 'WARN',
      EventName: 'order.placed',
      Body: '{"items":["x",1,0.5,true,null,{"deep":[]}],"bytes":"AP8="}',
      BodyType: 'j',
      LogAttributes: TEXTS,
      LogAttributeTypes: TYPES,
    });
  });

  test('points of every instrument arrive with their values', async () => {
    process.env.OTEL_EXPORTER_OTLP_COMPRESSION = compression;
    const reader = new PeriodicExportingMetricReader({
      exporter: new exporters.metrics({
        ...target(protocol, 'metrics'),
        temporalityPreference: AggregationTemporalityPreference.DELTA,
      }),
      exportIntervalMillis: 3_600_000,
    });
    const provider = new MeterProvider({
      resource: resource(service),
      readers: [reader],
      views: [
        {
          instrumentName: 'sizes',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 8 } },
        },
        {
          instrumentName: 'nothing.above',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 8 } },
        },
        {
          instrumentName: 'times',
          aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [1, 10] } },
        },
      ],
    });
    const meter = provider.getMeter(...SCOPE);
    const label = { k: 'v' };
    meter.createCounter('orders', { unit: '{order}', description: 'of orders' }).add(7, label);
    meter.createUpDownCounter('stock').add(-2.5, label);
    meter.createGauge('load').record(0.25, label);
    for (const value of [0.5, 5, 50, 500]) meter.createHistogram('times', { unit: 's' }).record(value, label);
    for (const value of [0, 1, 2, 4, 1000]) meter.createHistogram('sizes').record(value, label);
    // Its lists of buckets are empty.
    meter.createHistogram('nothing.above').record(0, label);
    // It collects one last time.
    await provider.shutdown();

    const point = (kind: string, name: string) =>
      eventually(name, async () => {
        const rows = await collector.rows<Record<string, unknown>>(
          `SELECT * FROM otel_metrics_${kind} WHERE ServiceName = '${service}' AND MetricName = '${name}'`,
        );
        expect(rows.length).toBeLessThanOrEqual(1);
        return rows[0] ?? null;
      });
    const common = { ...RESOURCE, Attributes: label };
    expect(await point('sum', 'orders')).toMatchObject({
      ...common,
      ...{ MetricUnit: '{order}', MetricDescription: 'of orders' },
      ...{ Value: 7, IsMonotonic: true, AggregationTemporality: 1 },
    });
    expect(await point('sum', 'stock')).toMatchObject({ ...common, Value: -2.5, IsMonotonic: false });
    expect(await point('gauge', 'load')).toMatchObject({ ...common, Value: 0.25 });
    expect(await point('histogram', 'times')).toMatchObject({
      ...common,
      ...{ Count: 4, Sum: 555.5, Min: 0.5, Max: 500, BucketCounts: [1, 1, 2], ExplicitBounds: [1, 10] },
    });
    const sizes = await point('exponential_histogram', 'sizes');
    expect(sizes).toMatchObject({ ...common, Count: 5, Sum: 1007, Min: 0, Max: 1000, ZeroCount: 1 });
    expect((sizes.PositiveBucketCounts as number[]).reduce((a, b) => a + b)).toBe(4);
    // The bucket of 1000 by the definition: (base^i, base^(i+1)] with base = 2^(2^-scale).
    const last = (sizes.PositiveOffset as number) + (sizes.PositiveBucketCounts as number[]).length - 1;
    expect(Math.ceil(Math.log2(1000) * 2 ** (sizes.Scale as number)) - 1).toBe(last);
    expect(await point('exponential_histogram', 'nothing.above')).toMatchObject({
      ...{ Count: 1, ZeroCount: 1, PositiveBucketCounts: [], NegativeBucketCounts: [] },
    });
  });
});

test('nothing of it was set aside', async () => {
  context.disable();
  expect(await collector.stats()).toMatchObject({ quarantined: 0, rejected: 0, loadFailures: 0 });
});
