import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { EXPORT_PATH, frame, GrpcWire } from '../testing/grpc.ts';
import { hexId, post, traceRequest } from '../testing/requests.ts';
import { retryDelayOf } from '../testing/status.ts';
import { lengthDelimited } from '../wire/reader.ts';

const PROTOBUF = 'application/x-protobuf';
let serial = 1;
const oneSpan = () => {
  serial += 1;
  return traceRequest('orders', [{ traceId: hexId(serial, 16), spanId: hexId(serial, 8) }]);
};
/** Field 2000 of a message, which nobody knows, with so many zeros. */
const unknownField = (bytes: number) =>
  Buffer.concat(lengthDelimited(2000, [Buffer.alloc(bytes)]).map((part) => Buffer.from(part)));

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

test('gRPC calls that have only begun to arrive are counted, and one that ends gives its memory back', async () => {
  const limit = 1_000_000;
  const small = await TestCollector.start({
    COLLECTOR_MAX_REQUEST_BYTES: String(limit),
    COLLECTOR_MAX_IN_FLIGHT_BYTES: String(2 * limit),
  });
  const held = connect(`http://127.0.0.1:${small.ports.grpc}`);
  const wire = new GrpcWire(small.ports.grpc);
  try {
    for (let i = 0; i < 2; i++) {
      const stream = held.request({
        ':method': 'POST',
        ':path': EXPORT_PATH.traces,
        'content-type': 'application/grpc',
      });
      stream.on('error', () => undefined);
      stream.write(Buffer.alloc(limit - 1));
    }
    await eventually('a full memory', async () =>
      (await small.stats()).inFlightBytes === 2 * (limit - 1) ? true : null,
    );
    const refused = await wire.call(EXPORT_PATH.traces, frame(oneSpan()));
    expect(refused.code).toBe(14);
    expect(retryDelayOf(refused.details)).toBe(1);
    held.destroy();
    await eventually('room again', async () =>
      (await wire.call(EXPORT_PATH.traces, frame(oneSpan()))).code === 0 ? true : null,
    );
    await eventually('no body in memory', async () =>
      (await small.stats()).inFlightBytes === 0 ? true : null,
    );
  } finally {
    wire.close();
    held.destroy();
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
