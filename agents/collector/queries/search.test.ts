import { afterAll, beforeAll, expect, test } from 'vitest';
import { TraceSearch } from '../../contract/trace.ts';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, kv, post, traceRequest } from '../testing/requests.ts';
import type { TelemetryQueries } from './index.ts';

let collector: TestCollector;
let queries: TelemetryQueries;
const now = Date.now();
const HOUR_MS = 3_600_000;
const range = { from: now - 10 * HOUR_MS, to: now + 60_000 };
/** Newer ones lie in the first window a search looks through, older ones in wider and wider ones. */
const AGES_MS = [1_000, 30_000, 90_000, 400_000, 1_500_000, 3_000_000, 3 * HOUR_MS, 9 * HOUR_MS];
/** Several granules of the table, in more than one part of it. */
const MANY = 6000;
const LONG = 9000;
const SAID = 9500;

const trace = (n: number, startMs: number, value: string) => ({
  ...{ traceId: hexId(n + 1, 16), spanId: hexId(n + 1, 8), startMs, durationMs: 5 + (n % 7) },
  attributes: [kv('number', `n-${n}`), kv('half', value), kv('empty', '')],
});

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  const aged = AGES_MS.map((age, n) => trace(MANY + n, now - age, 'aged'));
  const many = Array.from({ length: MANY }, (_, n) =>
    trace(n, now - 2 * HOUR_MS - n, n % 2 ? 'odd' : 'even'),
  );
  // Its last span came half an hour after its first.
  const long = [0, HOUR_MS / 2].map((later, n) => ({
    ...{ traceId: hexId(LONG, 16), spanId: hexId(LONG + n, 8), startMs: now - HOUR_MS / 2 - 5000 + later },
    attributes: [kv('half', 'long')],
  }));
  const failed = {
    ...{ traceId: hexId(SAID, 16), spanId: hexId(SAID, 8), startMs: now - HOUR_MS, name: 'POST /refunds' },
    attributes: [kv('customer', 'Ada Lovelace')],
    events: [
      { atMs: now - HOUR_MS, name: 'exception', attributes: [kv('exception.message', 'Card expired')] },
    ],
  };
  const requests = [
    [failed],
    long.slice(0, 1),
    long.slice(1),
    aged,
    many.slice(0, MANY / 2),
    many.slice(MANY / 2),
  ];
  for (const spans of requests) {
    expect((await post(collector.otlp, 'traces', traceRequest('orders', spans))).status).toBe(200);
    await eventually('loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
  }
});
afterAll(async () => {
  await queries.close();
  await collector.dispose();
});

const search = (conditions: Partial<TraceSearch>) =>
  queries.searchTraces(TraceSearch.parse({ ...range, ...conditions }));
const is = (key: string, value: string) => ({ attributes: [{ key, op: '=' as const, value }] });

test.each([1, 2, 3, 5, 8])(
  'the newest %i of a range come first, however far back they lie',
  async (limit) => {
    const { traces, truncated } = await search({ ...is('half', 'aged'), limit });
    expect(traces.map((t) => t.startMs)).toEqual(AGES_MS.slice(0, limit).map((age) => now - age));
    expect(truncated).toBe(limit < AGES_MS.length);
  },
);

test('the slowest of a range are its slowest, whatever their age', async () => {
  const { traces } = await search({ ...is('half', 'aged'), order: 'slowest', limit: 3 });
  const durations = AGES_MS.map((_, n) => 5 + ((MANY + n) % 7)).sort((a, b) => b - a);
  expect(traces.map((t) => t.durationMs)).toEqual(durations.slice(0, 3));
});

test('a trace is as old as its first span, however late the last one came', async () => {
  const { traces } = await search({ limit: 3 });
  expect(traces.map((t) => t.startMs)).toEqual(AGES_MS.slice(0, 3).map((age) => now - age));
  const [long] = (await search({ ...is('half', 'long'), limit: 1 })).traces;
  expect(long).toMatchObject({ startMs: now - HOUR_MS / 2 - 5000, spanCount: 2 });
});

test('a value is found in whatever part of the table it lies', async () => {
  for (let n = 0; n < MANY; n += 397) {
    const { traces } = await search(is('number', `n-${n}`));
    expect(traces.map((t) => t.traceId)).toEqual([hexId(n + 1, 16)]);
  }
});

test('a value that no span has, in a key that all have, finds nothing', async () => {
  expect(await search(is('number', 'n-none'))).toEqual({ traces: [], truncated: false });
});

test('two conditions hold for one span', async () => {
  const both = (half: string) => ({
    attributes: [...is('half', half).attributes, ...is('number', 'n-4').attributes],
  });
  expect((await search(both('even'))).traces).toHaveLength(1);
  expect((await search(both('odd'))).traces).toEqual([]);
});

test.each([[['refund']], [['lovelace']], [['CARD EXPIRED']], [['post', 'ada', 'expired', 'orders']]])(
  'words %j find the span that says them all, wherever it says them',
  async (text) => {
    const { traces } = await search({ text });
    expect(traces.map((t) => t.traceId)).toEqual([hexId(SAID, 16)]);
  },
);

test('a word that no span says finds nothing, beside others that one says', async () => {
  expect((await search({ text: ['refund', 'declined'] })).traces).toEqual([]);
});

test('an empty text is there, an absent attribute is not', async () => {
  const count = async (attribute: object) =>
    (await search({ from: now - HOUR_MS / 2, attributes: [attribute as never] })).traces.length;
  expect(await count({ key: 'empty', op: 'exists' })).toBe(5);
  expect(await count({ key: 'empty', op: '=', value: '' })).toBe(5);
  expect(await count({ key: 'empty', op: '!=', value: 'x' })).toBe(5);
  expect(await count({ key: 'absent', op: 'exists' })).toBe(0);
  expect(await count({ key: 'absent', op: '=', value: '' })).toBe(0);
  expect(await count({ key: 'absent', op: '!=', value: 'x' })).toBe(0);
});
