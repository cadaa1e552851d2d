import { expect, test } from 'vitest';
import { hexId, kv, traceRequest } from '../testing/requests.ts';
import { flatten } from '../wire/flatten.ts';
import { NameHashes } from './name-hashes.ts';
import { SpanBounds } from './spans.ts';

function markedOf(bounds: SpanBounds, request: Uint8Array): number {
  const names = new NameHashes();
  flatten('traces', request, undefined, names);
  const before = bounds.marked.operation + bounds.marked.service;
  bounds.mark(request, names.hashes, 0);
  return bounds.marked.operation + bounds.marked.service - before;
}
const span = (n: number, name: string) => ({ traceId: hexId(n + 1, 16), spanId: hexId(n + 1, 8), name });
const bounds = () => new SpanBounds(() => undefined);

test('names whose bytes are no text are beyond, since the engine has as many as there are bytes', () => {
  const broken = (text: string, byte: number) => {
    const request = Buffer.from(traceRequest(text, [span(1, 'the "name"')]));
    return Buffer.from(request.toString('latin1').replace('"', String.fromCharCode(byte)), 'latin1');
  };
  const some = bounds();
  expect([0x80, 0x81, 0xff].map((byte) => markedOf(some, broken('shop', byte)))).toEqual([1, 1, 1]);
  expect(markedOf(some, broken('a "service"', 0x80))).toBe(1);
  expect(markedOf(some, traceRequest('shop', [span(1, 'größer 😀')]))).toBe(0);
});

test('a name that is known passes with whatever else changes, and one beyond the bound does not', () => {
  const some = bounds();
  for (let at = 0; at < 300_000; at += 3000) {
    const spans = Array.from({ length: 3000 }, (_, i) => ({
      ...span(i, 'known'),
      attributes: [kv('server.port', at + i)],
    }));
    expect(markedOf(some, traceRequest(`service ${at % 5}`, spans))).toBe(0);
  }
  const invented = Array.from({ length: 600 }, (_, i) => span(i, `name ${i}`));
  expect(markedOf(some, traceRequest('service 0', invented))).toBe(101);
});
