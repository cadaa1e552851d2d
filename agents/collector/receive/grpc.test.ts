import { connect as connectTcp } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { EXPORT_PATH, frame, GrpcWire } from '../testing/grpc.ts';
import { hexId, logRequest, metricRequest, traceRequest } from '../testing/requests.ts';
import { otlp } from '../wire/codec.ts';

const KEY = 'a-key-for-otlp';
const MAX_BYTES = 1_000_000;
const CODE = { ok: 0, invalid: 3, exhausted: 8, unimplemented: 12, unauthenticated: 16 };

let collector: TestCollector;
let wire: GrpcWire;
beforeAll(async () => {
  collector = await TestCollector.start({
    COLLECTOR_OTLP_KEY: KEY,
    COLLECTOR_MAX_REQUEST_BYTES: String(MAX_BYTES),
  });
  wire = new GrpcWire(collector.ports.grpc);
});
afterAll(async () => {
  wire.close();
  await collector.dispose();
});

let serial = 1;
const REQUESTS = {
  traces: () => {
    serial += 1;
    return traceRequest('grpc', [{ traceId: hexId(serial, 16), spanId: hexId(serial, 8) }]);
  },
  logs: () => logRequest('grpc', [{ atMs: Date.now() }]),
  metrics: () => metricRequest('grpc', [{ name: 'g', kind: 'sum', atMs: Date.now(), value: 2 }]),
};
type Signal = keyof typeof REQUESTS;
const SIGNALS = Object.keys(REQUESTS) as Signal[];

const call = (signal: keyof typeof EXPORT_PATH, body: Uint8Array, headers: Record<string, string> = {}) =>
  wire.call(EXPORT_PATH[signal], body, { authorization: `Bearer ${KEY}`, ...headers });

describe.each(SIGNALS)('%s', (signal) => {
  const request = REQUESTS[signal];
  const gzipped = { 'grpc-encoding': 'gzip' };

  test.each<[string, () => Uint8Array, Record<string, string>]>([
    ['one request', () => frame(request()), {}],
    ['an empty request', () => frame(Buffer.alloc(0)), {}],
    ['gzip', () => frame(gzipSync(request()), true), gzipped],
    ['deflate', () => frame(deflateSync(request()), true), { 'grpc-encoding': 'deflate' }],
    ['a message which is not compressed although others are', () => frame(request()), gzipped],
    ['a content type with its format', () => frame(request()), { 'content-type': 'application/grpc+proto' }],
  ])('%s is taken with an empty answer', async (_name, body, headers) => {
    const answer = await call(signal, body(), headers);
    expect(answer).toMatchObject({ httpStatus: 200, code: CODE.ok, details: null });
    expect(answer.body).toEqual(frame(Buffer.alloc(0)));
  });

  test.each<[string, () => Uint8Array, Record<string, string>, number]>([
    ['bytes that are no protobuf', () => frame(Buffer.from('hello, collector')), {}, CODE.invalid],
    ['a truncated request', () => frame(request().subarray(0, 60)), {}, CODE.invalid],
    ['a truncated message', () => frame(request()).subarray(0, 60), {}, CODE.invalid],
    ['no message', () => Buffer.alloc(0), {}, CODE.invalid],
    ['two messages', () => Buffer.concat([frame(request()), frame(request())]), {}, CODE.invalid],
    ['bad gzip', () => frame(request(), true), gzipped, CODE.invalid],
    ['an unknown compression', () => frame(request(), true), { 'grpc-encoding': 'br' }, CODE.unimplemented],
    ['no key', () => frame(request()), { authorization: '' }, CODE.unauthenticated],
    ['a wrong key', () => frame(request()), { authorization: 'Bearer nope' }, CODE.unauthenticated],
    ['a message above the limit', () => frame(Buffer.alloc(MAX_BYTES + 1)), {}, CODE.exhausted],
    ['a bomb', () => frame(gzipSync(Buffer.alloc(MAX_BYTES * 50)), true), gzipped, CODE.exhausted],
  ])(
    '%s has its own status, and nothing says that it may be sent again',
    async (_name, body, headers, code) => {
      const answer = await call(signal, body(), headers);
      expect(answer).toMatchObject({ httpStatus: 200, code, details: null });
      expect(answer.message.length).toBeGreaterThan(10);
    },
  );
});

test('profiles and other services are unimplemented', async () => {
  const answer = await call('profiles', frame(Buffer.alloc(0)));
  expect(answer).toMatchObject({ code: CODE.unimplemented });
  expect(answer.message).toContain('traces, metrics and logs are');
});

test('spans without ids are a partial success, the others of their request are stored', async () => {
  const good = { traceId: hexId(7_000_001, 16), spanId: hexId(7_000_001, 8) };
  const body = traceRequest('grpc-partial', [good, { ...good, traceId: '' }]);
  const answer = await call('traces', frame(body));
  expect(answer.code).toBe(CODE.ok);
  expect(otlp.decode('ExportServiceResponse', answer.body.subarray(5))).toMatchObject({
    partial_success: { rejected: '1' },
  });
  await eventually('the good span', async () => {
    const rows = await collector.rows<{ n: number }>(
      `SELECT count() AS n FROM otel_traces WHERE ServiceName = 'grpc-partial'`,
    );
    return Number(rows[0]?.n) === 1 ? rows : null;
  });
});

test('what is no gRPC is answered in HTTP', async () => {
  const answer = await call('traces', Buffer.from('{}'), { 'content-type': 'application/json' });
  expect(answer).toMatchObject({ httpStatus: 415, code: null });
});

test('bytes that are no HTTP/2 end their connection and nothing else', async () => {
  const socket = connectTcp(collector.ports.grpc, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
  socket.resume();
  await closed;
  expect((await call('traces', frame(REQUESTS.traces()))).code).toBe(CODE.ok);
});

test('many calls on one connection are all answered', async () => {
  const answers = await Promise.all(
    Array.from({ length: 300 }, () => call('traces', frame(REQUESTS.traces()))),
  );
  expect(answers.filter((answer) => answer.code !== CODE.ok)).toEqual([]);
});
