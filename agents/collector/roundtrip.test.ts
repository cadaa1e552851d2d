import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { eventually } from './testing/collector.ts';
import { hexId, kv, post, traceRequest } from './testing/requests.ts';
import { useCollector } from './testing/use-collector.ts';

// Its spans have fixed times.
const on = useCollector({ COLLECTOR_RETENTION_DAYS: '20000', COLLECTOR_KEEP_DAYS: '20000' });

const stored = (traceId: string) => eventually(`trace ${traceId}`, () => on.queries.trace(traceId));

test('a span of the JavaScript SDK comes back with every attribute, event, link and nanosecond', async () => {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'sdk', list: ['a', 'b'] }),
    spanProcessors: [
      new SimpleSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${on.collector.otlp}/v1/traces` }) }),
    ],
  });
  const attributes = { text: 'ü "quoted"', int: 42, double: 0.1, yes: true, no: false, empty: '' };
  const arrays = {
    texts: ['a', 'b'],
    ints: [1, 2],
    doubles: [0.5],
    bools: [true, false],
    none: [] as string[],
  };
  const tracer = provider.getTracer('test', '1.0.0');
  const link = {
    context: { traceId: hexId(77, 16), spanId: hexId(7, 8), traceFlags: 1 },
    attributes: { why: 'queue' },
  };
  const span = tracer.startSpan(
    'POST /orders',
    {
      kind: SpanKind.SERVER,
      attributes: { ...attributes, ...arrays },
      links: [link],
      startTime: [1_795_000_000, 123_456_789],
    },
    ROOT_CONTEXT,
  );
  span.addEvent('chaos.fault.injected', { 'chaos.fault.id': 'f', ms: 3 }, [1_795_000_000, 123_456_999]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no stock' });
  const child = tracer.startSpan(
    'child',
    { startTime: [1_795_000_000, 200_000_000] },
    trace.setSpan(ROOT_CONTEXT, span),
  );
  child.end([1_795_000_000, 200_000_001]);
  span.end([1_795_000_001, 1]);
  await provider.forceFlush();
  await provider.shutdown();
  context.disable();

  const found = await eventually('both spans', async () => {
    const detail = await on.queries.trace(span.spanContext().traceId);
    return detail?.spans.length === 2 ? detail : null;
  });
  const [root, leaf] = found.spans;
  expect(root).toMatchObject({
    ...{ service: 'sdk', name: 'POST /orders', kind: 'server', status: 'error', statusMessage: 'no stock' },
    ...{ parentSpanId: '', startNs: '1795000000123456789', offsetNs: 0, durationNs: 876_543_212 },
    attributes: { ...attributes, ...arrays },
    resource: { 'service.name': 'sdk', list: ['a', 'b'] },
    events: [{ name: 'chaos.fault.injected', offsetNs: 210, attributes: { 'chaos.fault.id': 'f', ms: 3 } }],
    links: [{ traceId: hexId(77, 16), spanId: hexId(7, 8), attributes: { why: 'queue' } }],
  });
  expect(leaf).toMatchObject({ name: 'child', parentSpanId: root?.spanId, durationNs: 1, kind: 'internal' });
  expect(found).toMatchObject({ spanCount: 2, truncated: false, linkedTraceIds: [hexId(77, 16)] });
});

test('every kind of attribute value survives, nested ones too', async () => {
  const list = (values: unknown[]) => ({ array_value: { values } });
  const map = (values: unknown[]) => ({ kvlist_value: { values } });
  const cases: [string, Record<string, unknown>, unknown][] = [
    ['largest', { int_value: '9223372036854775807' }, '9223372036854775807'],
    ['smallest', { int_value: '-9223372036854775808' }, '-9223372036854775808'],
    ['safe', { int_value: '-9007199254740991' }, -9_007_199_254_740_991],
    ['tiny', { double_value: 5e-324 }, 5e-324],
    ['huge', { double_value: 1.7976931348623157e308 }, 1.7976931348623157e308],
    ['whole', { double_value: 3 }, 3],
    ['bytes', { bytes_value: Buffer.from([0, 1, 254, 255]) }, 'AAH+/w=='],
    ['nothing', {}, null],
    ['none', list([]), []],
    [
      'mixed',
      list([{ string_value: 'x' }, { int_value: 1 }, { bool_value: true }, {}]),
      ['x', 1, true, null],
    ],
    [
      'deep',
      map([kv('a', list([map([kv('b', 'c'), kv('n', { int_value: '9007199254740993' })])]))]),
      { a: [{ b: 'c', n: '9007199254740993' }] },
    ],
    ['blob', list([{ bytes_value: Buffer.from([255]) }]), ['/w==']],
    ['unicode', { string_value: '\u0000 line\nbreak \t "q" \\ 😀' }, '\u0000 line\nbreak \t "q" \\ 😀'],
  ];
  const traceId = hexId(1001, 16);
  const body = traceRequest('kinds', [
    { traceId, spanId: hexId(1, 8), attributes: cases.map(([key, value]) => kv(key, value)) },
  ]);
  expect((await post(on.collector.otlp, 'traces', body)).status).toBe(200);
  const detail = await stored(traceId);
  expect(detail.spans[0]?.attributes).toEqual(
    Object.fromEntries(cases.map(([key, , expected]) => [key, expected])),
  );
});

test('a span which ends before it starts is kept and flagged', async () => {
  const traceId = hexId(1002, 16);
  const body = traceRequest('kinds', [{ traceId, spanId: hexId(1, 8), durationMs: -5 }]);
  expect((await post(on.collector.otlp, 'traces', body)).status).toBe(200);
  expect((await stored(traceId)).spans[0]?.durationNs).toBe(0);
  const rows = await on.collector.rows(
    `SELECT EndsBeforeStart FROM otel_traces WHERE TraceId = '${traceId}'`,
  );
  expect(rows).toEqual([{ EndsBeforeStart: true }]);
});

test('a trace nobody sent is null', async () => {
  expect(await on.queries.trace(hexId(404, 16))).toBeNull();
});
