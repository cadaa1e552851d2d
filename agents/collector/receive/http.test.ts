import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, logRequest, metricRequest, traceRequest } from '../testing/requests.ts';
import { otlp } from '../wire/codec.ts';

const KEY = 'a-key-for-otlp';
const ORIGIN = 'https://shop.example';
const MAX_BYTES = 1_000_000;
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

// Recent, since telemetry older than the retention is dropped again at once.
const SECONDS = Math.floor(Date.now() / 1000);
const START_NS = `${SECONDS}000000001`;

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start({
    COLLECTOR_OTLP_KEY: KEY,
    COLLECTOR_CORS_ORIGINS: ORIGIN,
    COLLECTOR_MAX_REQUEST_BYTES: String(MAX_BYTES),
  });
});
afterAll(() => collector.dispose());

let serial = 1;
const oneSpan = () => {
  serial += 1;
  return traceRequest('orders', [{ traceId: hexId(serial, 16), spanId: hexId(serial, 8) }]);
};
const jsonSpan = (patch: Record<string, unknown> = {}) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'json' } }] },
      scopeSpans: [
        {
          spans: [
            {
              ...{
                traceId: 'AB'.repeat(16),
                spanId: 'cd'.repeat(8),
                parentSpanId: '',
                name: 'json',
                kind: 2,
              },
              ...{ startTimeUnixNano: START_NS, endTimeUnixNano: `${SECONDS}000000256` },
              ...patch,
            },
          ],
        },
      ],
    },
  ],
});
const text = (value: unknown) => Buffer.from(JSON.stringify(value));

/** One request of each signal, in both encodings, with the name of its rejected count. */
const SIGNALS = [
  { path: '/v1/traces', protobuf: oneSpan, json: () => jsonSpan() },
  {
    path: '/v1/logs',
    protobuf: () => logRequest('orders', [{ atMs: Date.now() }]),
    json: () => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: START_NS }] }] }] }),
  },
  {
    path: '/v1/metrics',
    protobuf: () => metricRequest('orders', [{ name: 'm', kind: 'gauge', atMs: Date.now(), value: 1 }]),
    json: () => ({
      resourceMetrics: [
        {
          scopeMetrics: [
            { metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: START_NS, asInt: '1' }] } }] },
          ],
        },
      ],
    }),
  },
];

interface Case {
  name: string;
  path?: string;
  method?: string;
  type?: string | null;
  body?: () => Uint8Array;
  headers?: Record<string, string>;
  expected: number;
}

const PACKERS: Record<string, (body: Uint8Array) => Buffer> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  GZIP: gzipSync,
  deflate: deflateSync,
  zstd: zstdCompressSync,
};

/** What is asked of all three signals alike. */
const COMMON: Case[] = SIGNALS.flatMap(({ path, protobuf, json }): Case[] => {
  const named = (name: string, rest: Omit<Case, 'name' | 'path'>) => ({
    name: `${path}, ${name}`,
    path,
    ...rest,
  });
  return [
    named('protobuf', { body: protobuf, expected: 200 }),
    named('JSON', { type: JSON_TYPE, body: () => text(json()), expected: 200 }),
    named('nothing in protobuf', { body: () => new Uint8Array(), expected: 200 }),
    named('nothing in JSON', { type: JSON_TYPE, body: () => text({}), expected: 200 }),
    ...Object.entries(PACKERS).flatMap(([encoding, pack]) => [
      named(`protobuf in ${encoding}`, {
        body: () => pack(protobuf()),
        headers: { 'content-encoding': encoding },
        expected: 200,
      }),
      named(`JSON in ${encoding}`, {
        type: JSON_TYPE,
        body: () => pack(text(json())),
        headers: { 'content-encoding': encoding },
        expected: 200,
      }),
    ]),
    named('bytes that are no protobuf', { body: () => Buffer.from('hello, collector'), expected: 400 }),
    named('a truncated request', { body: () => protobuf().subarray(0, 60), expected: 400 }),
    named('text that is no JSON', { type: JSON_TYPE, body: () => Buffer.from('{"resource'), expected: 400 }),
    named('JSON of another kind', { type: JSON_TYPE, body: () => text([1]), expected: 400 }),
    named('bad gzip', { body: protobuf, headers: { 'content-encoding': 'gzip' }, expected: 400 }),
    named('gzip that is cut', {
      body: () => gzipSync(protobuf()).subarray(0, 40),
      headers: { 'content-encoding': 'gzip' },
      expected: 400,
    }),
    named('no key', { body: protobuf, headers: { authorization: '' }, expected: 401 }),
    named('GET', { method: 'GET', expected: 405 }),
    named('a body above the limit', { body: () => Buffer.alloc(MAX_BYTES + 1), expected: 413 }),
    named('a decompression bomb', {
      body: () => gzipSync(Buffer.alloc(MAX_BYTES * 50)),
      headers: { 'content-encoding': 'gzip' },
      expected: 413,
    }),
    named('another content type', { type: 'text/plain', body: protobuf, expected: 415 }),
    named('no content type', { type: '', body: protobuf, expected: 415 }),
  ];
});

const CASES: Case[] = [
  ...COMMON,
  {
    name: 'content type in capitals with a parameter',
    type: 'Application/JSON; charset=utf-8',
    body: () => text(jsonSpan()),
    expected: 200,
  },
  { name: 'content encoding none', body: oneSpan, headers: { 'content-encoding': 'none' }, expected: 200 },
  {
    name: 'enum names in JSON',
    type: JSON_TYPE,
    body: () => text(jsonSpan({ kind: 'SPAN_KIND_CLIENT' })),
    expected: 200,
  },
  {
    name: 'unknown fields in JSON',
    type: JSON_TYPE,
    body: () => text(jsonSpan({ nextYear: [1] })),
    expected: 200,
  },
  {
    name: 'an empty AnyValue',
    type: JSON_TYPE,
    body: () => text(jsonSpan({ attributes: [{ key: 'k', value: {} }] })),
    expected: 200,
  },
  { name: 'JSON of another shape', type: JSON_TYPE, body: () => text({ resourceSpans: 7 }), expected: 400 },
  {
    name: 'an id that is no hex',
    type: JSON_TYPE,
    body: () => text(jsonSpan({ traceId: 'xyz' })),
    expected: 400,
  },
  {
    name: 'JSON nested without end',
    type: JSON_TYPE,
    body: () => Buffer.from(`${'{"resourceSpans":['.repeat(1)}${'['.repeat(50_000)}`),
    expected: 400,
  },
  { name: 'a wrong key', body: oneSpan, headers: { authorization: 'Bearer nope' }, expected: 401 },
  { name: 'profiles', path: '/v1development/profiles', body: oneSpan, expected: 404 },
  { name: 'profiles in JSON', path: '/v1/profiles', type: JSON_TYPE, body: () => text({}), expected: 404 },
  { name: 'another path', path: '/v2/traces', body: oneSpan, expected: 404 },
  { name: 'PUT', method: 'PUT', body: oneSpan, expected: 405 },
  { name: 'another content encoding', body: oneSpan, headers: { 'content-encoding': 'br' }, expected: 415 },
];

function request({ path, method, type, body, headers }: Case): Promise<Response> {
  return fetch(`${collector.otlp}${path ?? '/v1/traces'}`, {
    method: method ?? 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': type ?? PROTOBUF, ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(body()) }),
  });
}

/** google.rpc codes of the statuses that are answered. */
const RPC_CODE: Record<number, number> = { 400: 3, 401: 16, 404: 5, 405: 12, 413: 8, 415: 3 };

describe('OTLP/HTTP', () => {
  test.each(CASES)('$name: $expected', async (c) => {
    const response = await request(c);
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.status).toBe(c.expected);
    const json = (c.type ?? '').toLowerCase().startsWith(JSON_TYPE);
    expect(response.headers.get('content-type')).toBe(json ? JSON_TYPE : PROTOBUF);
    if (c.expected === 200) {
      expect(body.toString()).toBe(json ? '{}' : '');
      return;
    }
    // Only what can succeed when it is sent again says when.
    expect(response.headers.get('retry-after')).toBeNull();
    expect(response.headers.get('allow')).toBe(c.expected === 405 ? 'POST' : null);
    // Every error is a google.rpc.Status in the request's own encoding.
    const error = json
      ? (JSON.parse(body.toString()) as Record<string, unknown>)
      : otlp.decode('RpcStatus', body);
    expect(error.code).toBe(RPC_CODE[c.expected]);
    expect(String(error.message).length).toBeGreaterThan(10);
  });

  test('a span without ids is rejected, the others of its request are stored', async () => {
    const good = { traceId: hexId(7_000_001, 16), spanId: hexId(7_000_001, 8) };
    const body = traceRequest('partial', [
      good,
      { traceId: '', spanId: hexId(1, 8) },
      { ...good, spanId: '00'.repeat(8) },
    ]);
    const response = await request({ name: '', body: () => body, expected: 200 });
    expect(response.status).toBe(200);
    const answer = otlp.decode('ExportServiceResponse', Buffer.from(await response.arrayBuffer()));
    expect(answer).toMatchObject({ partial_success: { rejected: '2' } });
    await eventually('the good span', async () => {
      const rows = await collector.rows<{ n: number }>(
        `SELECT count() AS n FROM otel_traces WHERE ServiceName = 'partial'`,
      );
      return rows[0]?.n === 1 ? rows : null;
    });
  });

  test('a rejected count is a string in JSON', async () => {
    const response = await request({
      name: '',
      type: JSON_TYPE,
      body: () => text(jsonSpan({ spanId: '' })),
      expected: 200,
    });
    expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
  });

  test('JSON keeps nanoseconds and 64-bit integers exact', async () => {
    const attributes = [{ key: 'big', value: { intValue: 'PLACE' } }];
    const body = JSON.stringify(jsonSpan({ name: 'exact', attributes })).replace(
      '"PLACE"',
      '9007199254740993',
    );
    await request({ name: '', type: JSON_TYPE, body: () => Buffer.from(body), expected: 200 });
    const [row] = await eventually('the span', async () => {
      const rows = await collector.rows<{ ns: string; big: string; id: string }>(
        `SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS ns, SpanAttributes['big'] AS big, TraceId AS id
         FROM otel_traces WHERE SpanName = 'exact'`,
      );
      return rows.length > 0 ? rows : null;
    });
    expect(row).toEqual({ ns: START_NS, big: '9007199254740993', id: 'ab'.repeat(16) });
  });

  test('a browser of an allowed origin may post, another may not', async () => {
    const preflight = (origin: string) =>
      fetch(`${collector.otlp}/v1/traces`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
    const allowed = await preflight(ORIGIN);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('what was refused is counted by reason', async () => {
  const queries = collector.queries();
  const { rejectedByReason } = await queries.stats();
  await queries.close();
  expect(rejectedByReason).toMatchObject({ invalid_item: 3, unauthorized: 4, method_not_allowed: 4 });
});
