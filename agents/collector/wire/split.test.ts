import { expect, test } from 'vitest';
import { hexId, kv, type SpanInit, traceRequest } from '../testing/requests.ts';
import { otlp } from './codec.ts';
import { flatten } from './flatten.ts';
import { split } from './split.ts';

const splitUp = (request: Uint8Array) => split(flatten('traces', request));

const spans = (count: number, from = 1): SpanInit[] =>
  Array.from({ length: count }, (_, i) => ({
    traceId: hexId(from + i, 16),
    spanId: hexId(from + i, 8),
    startMs: 1_795_000_000_000,
    attributes: [kv('url.path', '/orders'), kv('n', i)],
  }));

interface Request {
  resource_spans: { resource: unknown; scope_spans: { scope: unknown; spans: unknown[] }[] }[];
}
const read = (parts: Uint8Array[]) =>
  otlp.decode('ExportTraceServiceRequest', Buffer.concat(parts)) as unknown as Request;
const flat = (request: Request) =>
  request.resource_spans.flatMap(({ resource, scope_spans }) =>
    scope_spans.flatMap(({ scope, spans }) => spans.map((span) => ({ resource, scope, span }))),
  );

test('a small request stays the bytes it is', () => {
  const request = traceRequest('orders', spans(100));
  expect(splitUp(request).map((parts) => Buffer.concat(parts))).toEqual([
    Buffer.concat(flatten('traces', request).parts),
  ]);
});

test('a large request becomes records of whole spans, each span once and under its own resource and scope', () => {
  const request = Buffer.concat([
    traceRequest('orders', spans(40_000)),
    traceRequest('payments', spans(10, 100_000)),
    traceRequest('shipping', spans(20_000, 200_000)),
  ]);
  const records = splitUp(request);
  expect(records.length).toBeGreaterThan(1);
  // As texts: a comparison of so many objects takes ten seconds.
  expect(records.flatMap((parts) => flat(read(parts))).map((s) => JSON.stringify(s))).toEqual(
    flat(read(flatten('traces', request).parts)).map((s) => JSON.stringify(s)),
  );
  for (const parts of records) expect(flat(read(parts)).length).toBeLessThanOrEqual(34_000);
});

test('long texts divide a request too', () => {
  const long = spans(6).map((s) => ({ ...s, attributes: [kv('text', 'x'.repeat(3_000_000))] }));
  expect(splitUp(traceRequest('orders', long)).length).toBe(3);
});

test('one span with more than the engine can read at a time is refused', () => {
  const [span] = spans(1);
  const attributes = Array.from({ length: 400_001 }, () => kv('k', 1));
  const body = traceRequest('orders', [{ traceId: '', spanId: '', ...span, attributes }]);
  expect(() => splitUp(body)).toThrow('more than 400000 attributes, events or points');
});
