import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { credentials, Metadata, makeClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, logRequest, metricRequest, post, traceRequest } from '../testing/requests.ts';
import { otlp } from '../wire/codec.ts';
import { lengthDelimited } from '../wire/reader.ts';

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
/** Field 2000 of a message, which nobody knows, with so many zeros. */
const unknownField = (bytes: number) =>
  Buffer.concat(lengthDelimited(2000, [Buffer.alloc(bytes)]).map((part) => Buffer.from(part)));
const text = (value: unknown) => Buffer.from(JSON.stringify(value));

interface Case {
  name: string;
  path?: string;
  method?: string;
  type?: string | null;
  body?: () => Uint8Array;
  headers?: Record<string, string>;
  expected: number;
}

const CASES: Case[] = [
  { name: 'protobuf traces', body: oneSpan, expected: 200 },
  { name: 'an empty protobuf request', body: () => new Uint8Array(), expected: 200 },
  { name: 'an empty JSON request', type: JSON_TYPE, body: () => text({}), expected: 200 },
  {
    name: 'content type in capitals with a parameter',
    type: 'Application/JSON; charset=utf-8',
    body: () => text(jsonSpan()),
    expected: 200,
  },
  { name: 'gzip', body: () => gzipSync(oneSpan()), headers: { 'content-encoding': 'gzip' }, expected: 200 },
  {
    name: 'deflate',
    body: () => deflateSync(oneSpan()),
    headers: { 'content-encoding': 'deflate' },
    expected: 200,
  },
  {
    name: 'zstd',
    body: () => zstdCompressSync(oneSpan()),
    headers: { 'content-encoding': 'zstd' },
    expected: 200,
  },
  { name: 'content encoding none', body: oneSpan, headers: { 'content-encoding': 'none' }, expected: 200 },
  { name: 'logs', path: '/v1/logs', body: () => logRequest('orders', [{ atMs: Date.now() }]), expected: 200 },
  {
    name: 'metrics',
    path: '/v1/metrics',
    body: () => metricRequest('orders', [{ name: 'm', kind: 'gauge', atMs: Date.now(), value: 1 }]),
    expected: 200,
  },
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
  { name: 'bytes that are no protobuf', body: () => Buffer.from('hello, collector'), expected: 400 },
  { name: 'a truncated request', body: () => oneSpan().subarray(0, 60), expected: 400 },
  {
    name: 'text that is no JSON',
    type: JSON_TYPE,
    body: () => Buffer.from('{"resourceSpans":['),
    expected: 400,
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
  { name: 'bad gzip', body: oneSpan, headers: { 'content-encoding': 'gzip' }, expected: 400 },
  { name: 'no key', body: oneSpan, headers: { authorization: '' }, expected: 401 },
  { name: 'a wrong key', body: oneSpan, headers: { authorization: 'Bearer nope' }, expected: 401 },
  { name: 'another path', path: '/v1/profiles', body: oneSpan, expected: 404 },
  { name: 'GET', method: 'GET', expected: 405 },
  { name: 'PUT', method: 'PUT', body: oneSpan, expected: 405 },
  { name: 'a body above the limit', body: () => Buffer.alloc(MAX_BYTES + 1), expected: 413 },
  {
    name: 'a decompression bomb',
    body: () => gzipSync(Buffer.alloc(MAX_BYTES * 50)),
    headers: { 'content-encoding': 'gzip' },
    expected: 413,
  },
  { name: 'another content type', type: 'text/plain', body: oneSpan, expected: 415 },
  { name: 'another content encoding', body: oneSpan, headers: { 'content-encoding': 'br' }, expected: 415 },
];

function request({ path, method, type, body, headers }: Case): Promise<Response> {
  return fetch(`${collector.otlp}${path ?? '/v1/traces'}`, {
    method: method ?? 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': type ?? PROTOBUF, ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(body()) }),
  });
}

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
    // Every error is a google.rpc.Status in the request's own encoding.
    const error = json
      ? (JSON.parse(body.toString()) as { message: string })
      : otlp.decode('RpcStatus', body);
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

describe('OTLP/gRPC', () => {
  type Call = (
    request: Uint8Array,
    metadata: Metadata,
    done: (e: ServiceError | null, r?: Buffer) => void,
  ) => void;

  function exportTo(service: string, body: Uint8Array, key = KEY): Promise<Buffer> {
    const identity = (bytes: Uint8Array) => Buffer.from(bytes);
    const Client = makeClientConstructor(
      {
        Export: {
          path: `/opentelemetry.proto.collector.${service}/Export`,
          ...{
            requestStream: false,
            responseStream: false,
            requestSerialize: identity,
            requestDeserialize: identity,
          },
          ...{ responseSerialize: identity, responseDeserialize: identity },
        },
      },
      service,
    );
    const client = new Client(`127.0.0.1:${collector.ports.grpc}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${key}`);
    return new Promise<Buffer>((resolve, reject) => {
      (client.Export as Call).call(client, body, metadata, (error, answer) => {
        client.close();
        if (error !== null) reject(error);
        else resolve(answer ?? Buffer.alloc(0));
      });
    });
  }

  test.each([
    ['trace.v1.TraceService', oneSpan],
    ['logs.v1.LogsService', () => logRequest('grpc', [{ atMs: Date.now() }])],
    [
      'metrics.v1.MetricsService',
      () => metricRequest('grpc', [{ name: 'g', kind: 'sum', atMs: Date.now(), value: 2 }]),
    ],
  ])('%s takes a request', async (service, body) => {
    expect((await exportTo(service, body())).length).toBe(0);
  });

  test.each([
    ['bytes that are no protobuf', Buffer.from('hello, collector'), KEY, status.INVALID_ARGUMENT],
    ['a wrong key', oneSpan(), 'nope', status.UNAUTHENTICATED],
    ['a message above the limit', Buffer.alloc(MAX_BYTES + 1), KEY, status.RESOURCE_EXHAUSTED],
  ])('%s has its own status', async (_name, body, key, code) => {
    await expect(exportTo('trace.v1.TraceService', body, key)).rejects.toMatchObject({ code });
  });

  test('the port speaks HTTP/2 without TLS', async () => {
    const session = connect(`http://127.0.0.1:${collector.ports.grpc}`);
    await new Promise((resolve) => session.once('connect', resolve));
    session.close();
  });
});

test('what was refused is counted by reason', async () => {
  const queries = collector.queries();
  const { rejectedByReason } = await queries.stats();
  await queries.close();
  expect(rejectedByReason).toMatchObject({ invalid_item: 3, unauthorized: 3, method_not_allowed: 2 });
});

test('bodies that fill the memory are answered 429, packed ones by their unpacked size, and it recovers', async () => {
  const limit = 1_000_000;
  const small = await TestCollector.start({
    COLLECTOR_MAX_REQUEST_BYTES: String(limit),
    COLLECTOR_MAX_IN_FLIGHT_BYTES: String(2 * limit),
  });
  /** A request that has sent most of its body and keeps it open. */
  const open = async () => {
    const asked = httpRequest(`${small.otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': PROTOBUF, 'content-length': String(limit) },
    });
    asked.on('error', () => undefined);
    asked.write(Buffer.alloc(limit - 1));
    return asked;
  };
  const queries = small.queries();
  const packed = gzipSync(Buffer.concat([oneSpan(), unknownField(400_000)]));
  const post = async () =>
    (
      await fetch(`${small.otlp}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
        body: packed,
      })
    ).status;
  try {
    expect(packed.length).toBeLessThan(limit / 100);
    expect(await post()).toBe(200);
    const held = [await open(), await open()];
    await eventually('a full memory', async () => {
      const { inFlightBytes } = await queries.stats();
      return inFlightBytes === 2 * (limit - 1) ? true : null;
    });
    expect(await post()).toBe(429);
    for (const request of held) request.destroy();
    await eventually('room again', async () => ((await post()) === 200 ? true : null));
  } finally {
    await queries.close();
    await small.dispose();
  }
});

test('a full spool answers 429 with Retry-After and loses nothing it took', async () => {
  const small = await TestCollector.start({ COLLECTOR_MAX_SPOOL_BYTES: '1' });
  try {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(small.otlp, 'traces', oneSpan())),
    );
    const refused = answers.filter((r) => r.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    const taken = answers.filter((r) => r.status === 200).length;
    await eventually('what was taken', async () => {
      const rows = await small.rows<{ n: number }>('SELECT count() AS n FROM otel_traces');
      return rows[0]?.n === taken ? rows : null;
    });
  } finally {
    await small.dispose();
  }
});
