import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, SECRET, TestCollector } from '../testing/collector.ts';
import { hexId, kv, post, traceRequest } from '../testing/requests.ts';
import { createReaders, type Readers } from './index.ts';

/** A whole second, a minute ago: what is old is dropped. */
const START_MS = Math.floor(Date.now() / 1000 - 60) * 1000;
const at = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();
const ORDER = hexId(0xabc, 16);
const SLOW = hexId(0xdef, 16);

let collector: TestCollector;
let readers: Readers;
beforeAll(async () => {
  collector = await TestCollector.start();
  readers = createReaders({ url: collector.store, username: 'stormglass', password: SECRET });
  const send = async (service: string, spans: Parameters<typeof traceRequest>[1]) =>
    expect((await post(collector.otlp, 'traces', traceRequest(service, spans))).status).toBe(200);
  await send('gateway', [
    {
      ...{ traceId: ORDER, spanId: hexId(1, 8), name: 'POST /orders', startMs: START_MS, durationMs: 120 },
      attributes: [
        kv('http.response.status_code', 500),
        kv('ratio', 0.5),
        kv('whole', { double_value: 3 }),
        kv('retried', true),
        kv('wide', { int_value: '9223372036854775807' }),
        kv('list', { array_value: { values: [{ int_value: 1 }, { string_value: 'a' }] } }),
        kv('raw', { bytes_value: Buffer.from([0, 255]) }),
      ],
      status: 2,
    },
  ]);
  await send('payments', [
    {
      ...{ traceId: ORDER, spanId: hexId(2, 8), parentSpanId: hexId(1, 8), name: 'charge', kind: 3 },
      ...{ startMs: START_MS + 10, durationMs: 50, links: [{ traceId: SLOW, spanId: hexId(9, 8) }] },
      attributes: [kv('peer.service', 'bank')],
    },
    // Its parent never arrived.
    {
      ...{ traceId: ORDER, spanId: hexId(3, 8), parentSpanId: hexId(77, 8), name: 'refund' },
      ...{ startMs: START_MS + 20, durationMs: 5 },
    },
  ]);
  await send('gateway', [
    {
      ...{ traceId: SLOW, spanId: hexId(9, 8), name: 'GET /slow', startMs: START_MS + 5000 },
      ...{ durationMs: 1500.5, attributes: [kv('http.response.status_code', 200)] },
    },
  ]);
  await eventually('all four spans', async () => {
    const [row] = await collector.rows<{ n: number }>('SELECT toUInt32(count()) AS n FROM otel_traces');
    return row?.n === 4 ? true : null;
  });
});
afterAll(async () => {
  await readers.close();
  await collector.dispose();
});

const ask = (path: string, query: Record<string, string> = {}) =>
  readers.jaeger(path, new URLSearchParams(query));
const RANGE = { 'query.startTimeMin': at(-1), 'query.startTimeMax': at(60) };

interface Otlp {
  result: { resourceSpans: { scopeSpans: { spans: { traceId: string; name: string }[] }[] }[] };
}
async function found(query: Record<string, string>): Promise<string[]> {
  const { status, body } = await ask('/api/v3/traces', { ...RANGE, ...query });
  if (status === 404) return [];
  expect([status, body]).toEqual([200, expect.anything()]);
  const spans = (body as Otlp).result.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans));
  return [...new Set(spans.map((span) => span.traceId))];
}

describe('Jaeger api_v3', () => {
  test('lists services, and the operations of one by kind', async () => {
    expect(await ask('/api/v3/services')).toEqual({
      status: 200,
      body: { services: ['gateway', 'payments'] },
    });
    const operations = [
      { name: 'charge', spanKind: 'client' },
      { name: 'refund', spanKind: 'server' },
    ];
    expect(await ask('/api/v3/operations', { service: 'payments' })).toMatchObject({ body: { operations } });
    expect(await ask('/api/v3/operations', { service: 'payments', span_kind: 'client' })).toMatchObject({
      body: { operations: operations.slice(0, 1) },
    });
  });

  test('gives a trace as OTLP JSON, each attribute with its type and all its digits', async () => {
    const { status, body } = await ask(`/api/v3/traces/${ORDER.replace(/^0+/, '')}`);
    expect(status).toBe(200);
    const { resourceSpans } = (body as { result: { resourceSpans: unknown[] } }).result;
    expect(resourceSpans).toHaveLength(2);
    expect(resourceSpans[0]).toMatchObject({
      resource: {
        attributes: expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'gateway' } }]),
      },
      scopeSpans: [
        {
          scope: { name: 'test' },
          spans: [
            {
              ...{ traceId: ORDER, spanId: hexId(1, 8), name: 'POST /orders', kind: 2, status: { code: 2 } },
              startTimeUnixNano: `${START_MS}000000`,
              endTimeUnixNano: `${START_MS + 120}000000`,
              attributes: [
                { key: 'http.response.status_code', value: { intValue: '500' } },
                { key: 'ratio', value: { doubleValue: 0.5 } },
                { key: 'whole', value: { doubleValue: 3 } },
                { key: 'retried', value: { boolValue: true } },
                { key: 'wide', value: { intValue: '9223372036854775807' } },
                { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'a' }] } } },
                { key: 'raw', value: { bytesValue: 'AP8=' } },
              ],
            },
          ],
        },
      ],
    });
    expect(resourceSpans[1]).toMatchObject({
      scopeSpans: [
        {
          spans: [
            {
              ...{ name: 'charge', parentSpanId: hexId(1, 8), kind: 3, status: {} },
              links: [{ traceId: SLOW, spanId: hexId(9, 8) }],
            },
            { name: 'refund' },
          ],
        },
      ],
    });
  });

  test('finds traces by every parameter, in both spellings; conditions hold for one and the same span', async () => {
    expect(await found({})).toEqual([SLOW, ORDER]);
    expect(await found({ 'query.searchDepth': '1' })).toEqual([SLOW]);
    expect(await found({ 'query.serviceName': 'payments' })).toEqual([ORDER]);
    expect(await found({ 'query.service_name': 'gateway', 'query.operation_name': 'GET /slow' })).toEqual([
      SLOW,
    ]);
    expect(await found({ 'query.serviceName': 'payments', 'query.operationName': 'GET /slow' })).toEqual([]);
    expect(await found({ 'query.durationMin': '1.5s' })).toEqual([SLOW]);
    expect(await found({ 'query.durationMin': '1s500ms501us' })).toEqual([]);
    expect(await found({ 'query.durationMin': '6ms', 'query.durationMax': '50ms' })).toEqual([ORDER]);
    const attributes = (tags: object) => found({ 'query.attributes': JSON.stringify(tags) });
    expect(await attributes({ 'http.response.status_code': '500' })).toEqual([ORDER]);
    expect(await attributes({ 'http.response.status_code': '500', 'peer.service': 'bank' })).toEqual([]);
    expect(await attributes({ error: 'true' })).toEqual([ORDER]);
    expect(await attributes({ 'service.instance.id': 'payments-1' })).toEqual([ORDER]);
    expect(await attributes({ 'span.kind': 'client' })).toEqual([ORDER]);
    const until = { 'query.startTimeMin': at(-1), 'query.startTimeMax': `${at(5).slice(0, -1)}000000Z` };
    expect(await found(until)).toEqual([ORDER]);
    expect(await found({ ...until, 'query.startTimeMax': at(5).replace('Z', '001Z') })).toEqual([
      SLOW,
      ORDER,
    ]);
  });

  test('summaries count spans, errors and orphans, and name the root', async () => {
    const { body } = await ask('/api/v3/trace-summaries', { ...RANGE, 'query.serviceName': 'payments' });
    expect(body).toEqual({
      summaries: [
        {
          ...{ traceId: ORDER, rootServiceName: 'gateway', rootOperationName: 'POST /orders' },
          minStartTimeUnixNano: `${START_MS}000000`,
          maxEndTimeUnixNano: `${START_MS + 120}000000`,
          ...{ spanCount: 3, errorSpanCount: 1, orphanSpanCount: 1 },
          services: [
            { name: 'gateway', spanCount: 1, errorSpanCount: 1 },
            { name: 'payments', spanCount: 2, errorSpanCount: 0 },
          ],
        },
      ],
    });
    expect(await ask('/api/v3/trace-summaries', { ...RANGE, 'query.serviceName': 'x' })).toEqual({
      status: 200,
      body: { summaries: [] },
    });
  });

  test('says who calls whom', async () => {
    const range = { startTime: at(-60), endTime: at(60) };
    expect((await ask('/api/v3/dependencies', range)).body).toEqual({
      dependencies: [{ parent: 'payments', child: 'bank', callCount: '1' }],
    });
  });

  test('refuses what it cannot read or would have to ignore, in the words of the API', async () => {
    const message = async (path: string, query: Record<string, string> = {}) => {
      const { status, body } = await ask(path, query);
      const { error } = body as { error: { httpCode: number; message: string } };
      expect(error.httpCode).toBe(status);
      return `${status} ${error.message}`;
    };
    expect(await message(`/api/v3/traces/${hexId(404, 16)}`)).toBe('404 No traces found');
    expect(await message('/api/v3/traces/xyz')).toMatch('400 malformed parameter trace_id');
    expect(await message('/api/v3/traces')).toBe(
      '400 query.startTimeMin and query.startTimeMax are required',
    );
    const wrong = {
      'query.start_time_min': 'yesterday',
      'query.duration_min': 'NaN',
      'query.num_traces': 'NaN',
      'query.raw_traces': 'foobar',
      'query.attributes': '{',
      'query.filter': '{}',
    };
    for (const [name, value] of Object.entries(wrong)) {
      const { 'query.startTimeMin': _, ...rest } = RANGE;
      const query = name === 'query.start_time_min' ? rest : RANGE;
      expect(await message('/api/v3/traces', { ...query, [name]: value })).toMatch(
        `400 malformed parameter ${name}`,
      );
    }
    expect(await message('/api/v3/nothing')).toMatch('404');
    expect(await message('/api/v3/traces/%')).toMatch('400 malformed parameter trace_id');
  });
});

describe('the older API, which Grafana uses', () => {
  test('services, operations, search and a trace', async () => {
    const envelope = { limit: 0, offset: 0, errors: null };
    expect((await ask('/api/services')).body).toEqual({
      data: ['gateway', 'payments'],
      total: 2,
      ...envelope,
    });
    expect((await ask('/api/services/gateway/operations')).body).toMatchObject({
      data: ['GET /slow', 'POST /orders'],
    });
    const search = {
      ...{ service: 'gateway', tags: '{"http.response.status_code":"500"}', minDuration: '100ms' },
      ...{ start: `${START_MS - 1000}000`, end: `${START_MS + 1000}000`, limit: '20' },
    };
    expect((await ask('/api/traces', search)).body).toMatchObject({ total: 1, data: [{ traceID: ORDER }] });
    expect((await ask('/api/traces', { ...search, service: 'x' })).body).toMatchObject({ data: [] });
    const { body } = await ask(`/api/traces/${ORDER}`);
    expect(body).toMatchObject({
      data: [
        {
          traceID: ORDER,
          processes: { p1: { serviceName: 'gateway' }, p2: { serviceName: 'payments' } },
          spans: [
            {
              ...{ spanID: hexId(1, 8), operationName: 'POST /orders', references: [], processID: 'p1' },
              ...{ startTime: START_MS * 1000, duration: 120_000 },
              tags: expect.arrayContaining([
                { key: 'http.response.status_code', type: 'int64', value: 500 },
                { key: 'wide', type: 'int64', value: '9223372036854775807' },
                { key: 'list', type: 'string', value: '[1,"a"]' },
                { key: 'error', type: 'bool', value: true },
                { key: 'span.kind', type: 'string', value: 'server' },
              ]),
            },
            {
              operationName: 'charge',
              processID: 'p2',
              references: [
                { refType: 'CHILD_OF', traceID: ORDER, spanID: hexId(1, 8) },
                { refType: 'FOLLOWS_FROM', traceID: SLOW, spanID: hexId(9, 8) },
              ],
            },
            { operationName: 'refund' },
          ],
        },
      ],
    });
    expect(await ask(`/api/traces/${hexId(404, 16)}`)).toMatchObject({
      status: 404,
      body: { data: null, errors: [{ code: 404, msg: 'trace not found' }] },
    });
  });
});
