import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrafficCell } from '../../contract/timeline.ts';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, post } from '../testing/requests.ts';
import { flatten } from '../wire/flatten.ts';
import { lengthDelimited } from '../wire/reader.ts';
import { Accumulator } from './accumulator.ts';

/** Legal on the wire, though no encoder of an SDK writes it: who is to be bounded could. */
const bytes = (...parts: Uint8Array[]) => Buffer.concat(parts);
const field = (number: number, content: Uint8Array) => bytes(...lengthDelimited(number, [content]));
const words = (number: number, text: string) => field(number, Buffer.from(text));
const key = (text: string) => words(1, text);
const value = (...members: Uint8Array[]) => field(2, bytes(...members));
const text = (said: string) => words(1, said);
const varint = (number: number, said: number) => Uint8Array.from([number << 3, said]);
const pair = (...fields: Uint8Array[]) => bytes(...fields);
const plain = (name: string, said: string) => pair(key(name), value(text(said)));
const METHOD = plain('http.request.method', 'GET');
const ROUTE = 'http.route';
const WIDE = Uint8Array.from([0x18, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);

const ODD: Record<string, Uint8Array[]> = {
  'a key twice': [METHOD, plain(ROUTE, '/first'), plain(ROUTE, '/second')],
  'a key twice, first without value': [METHOD, pair(key(ROUTE)), plain(ROUTE, '/second')],
  'the value before the key': [METHOD, pair(value(text('/before')), key(ROUTE))],
  'a list': [METHOD, pair(key(ROUTE), value(field(5, field(1, text('/list')))))],
  'a map': [METHOD, pair(key(ROUTE), value(field(6, field(1, plain('k', 'v')))))],
  base64: [METHOD, pair(key(ROUTE), value(words(7, '/bytes')))],
  'an integer beyond 2^53': [METHOD, pair(key(ROUTE), value(WIDE))],
  true: [METHOD, pair(key(ROUTE), value(varint(2, 1)))],
};

/** What the engine reads as no text at all. */
const TWICE: Record<string, Uint8Array[]> = {
  'two keys': [METHOD, pair(key('z'), key(ROUTE), value(text('/last')))],
  'two pairs in one': [pair(METHOD, key(ROUTE), value(text('/one')))],
  'two values': [METHOD, pair(key(ROUTE), value(text('/a')), value(text('/b')))],
};

const at = Buffer.alloc(8);
at.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n);
const time = (number: number) => bytes(Uint8Array.from([(number << 3) | 1]), at);

let ids = 0;
function request(service: Uint8Array[], attributes: Uint8Array[]): Uint8Array {
  ids += 1;
  const id = (size: number) => Buffer.from(hexId(ids, size), 'hex');
  const span = bytes(
    ...[field(1, id(16)), field(2, id(8)), words(5, 'own name'), varint(6, 2), time(7), time(8)],
    ...attributes.map((attribute) => field(9, attribute)),
  );
  const resource = field(1, bytes(...service.map((attribute) => field(1, attribute))));
  return field(1, bytes(resource, field(2, field(2, span))));
}

const requests = [
  ...Object.entries(ODD).map(([name, attributes]) => request([plain('service.name', name)], attributes)),
  request([plain('service.name', 'named first'), plain('service.name', 'named second')], []),
  request([pair(value(text('named before')), key('service.name'))], []),
  request([pair(key('service.name'), value(field(5, field(1, text('listed')))))], []),
];

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.dispose());

test('however attributes lie on the wire, live view and store count a call under the same names', async () => {
  const accumulator = new Accumulator();
  for (const body of requests) {
    accumulator.add('traces', bytes(...flatten('traces', body).parts));
    expect((await post(collector.otlp, 'traces', body)).status).toBe(200);
  }
  await eventually('loaded', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
  const queries = collector.queries();
  try {
    const now = Date.now();
    const stored = (await queries.timeline({ from: now - 60_000, to: now + 60_000 }, 1)).traffic;
    const names = (cells: readonly TrafficCell[]) => cells.map((c) => `${c.service}: ${c.operation}`).sort();
    expect(names(accumulator.take().flatMap((line) => line.traffic))).toEqual(names(stored));
    expect(stored).toHaveLength(requests.length);
  } finally {
    await queries.close();
  }
});

test.each(Object.entries(TWICE))(
  '%s: what can be there only once and is there twice is refused',
  async (_, pairs) => {
    const answer = await post(collector.otlp, 'traces', request([plain('service.name', 'twice')], pairs));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('is there twice')]);
  },
);
