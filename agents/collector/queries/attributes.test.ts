import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CompletionSearch } from '../../contract/figures.ts';
import { AttributeCondition, TraceSearch } from '../../contract/trace.ts';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, kv, post, traceRequest } from '../testing/requests.ts';
import { Store } from './client.ts';
import type { TelemetryQueries } from './index.ts';

let collector: TestCollector;
let queries: TelemetryQueries;
const now = Date.now();
const range = { from: now - 60_000, to: now + 60_000 };

const ids = { number: hexId(1, 16), text: hexId(2, 16), nested: hexId(3, 16), wide: hexId(4, 16) };
type Name = keyof typeof ids;

beforeAll(async () => {
  collector = await TestCollector.start({ COLLECTOR_ENGINE_MEMORY_BYTES: '629145600' });
  queries = collector.queries();
  const at = (n: number) => ({ spanId: hexId(n, 8), startMs: now - n });
  await post(
    collector.otlp,
    'traces',
    traceRequest('orders', [
      {
        ...at(1),
        traceId: ids.number,
        attributes: [kv('code', 200), kv('ratio', 0.5), kv('cached', true), kv('city', 'Köln')],
      },
      { ...at(2), traceId: ids.text, attributes: [kv('code', '200'), kv('city', 'KÖLN-Süd')] },
      {
        ...at(3),
        traceId: ids.nested,
        events: [
          { atMs: now, name: 'retry', attributes: [kv('attempt', 1)] },
          { atMs: now, name: 'retry', attributes: [kv('attempt', 2), kv('reason', 'timeout')] },
        ],
        links: [{ traceId: ids.text, spanId: hexId(2, 8), attributes: [kv('why', 'batch')] }],
      },
      {
        ...at(4),
        traceId: ids.wide,
        attributes: [kv('code', { int_value: '9007199254740993' }), kv('service.version', 'own')],
      },
    ]),
  );
  await eventually('everything loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
});
afterAll(async () => {
  await queries.close();
  await collector.dispose();
});

describe('an attribute condition', () => {
  const search = async (...attributes: AttributeCondition[]) => {
    const { traces } = await queries.searchTraces(TraceSearch.parse({ ...range, attributes }));
    return traces.map((t) => Object.entries(ids).find(([, id]) => id === t.traceId)?.[0]);
  };

  test.each<[string, AttributeCondition, Name[]]>([
    ['= the number finds no text', { key: 'code', op: '=', value: 200 }, ['number']],
    ['= the text finds no number', { key: 'code', op: '=', value: '200' }, ['text']],
    ['= a double', { key: 'ratio', op: '=', value: 0.5 }, ['number']],
    ['= a boolean finds no text', { key: 'cached', op: '=', value: true }, ['number']],
    ['= the text of a boolean', { key: 'cached', op: '=', value: 'true' }, []],
    ['!= keeps what differs by type', { key: 'code', op: '!=', value: 200 }, ['text', 'wide']],
    [
      'an integer beyond 2^53 is exact as text',
      { key: 'code', op: '=', value: '9007199254740993' },
      ['wide'],
    ],
    ['its neighbour is another', { key: 'code', op: '=', value: '9007199254740992' }, []],
    ['< compares numbers only', { key: 'code', op: '<', value: 1000 }, ['number']],
    ['> compares numbers only', { key: 'code', op: '>', value: 0 }, ['number', 'wide']],
    [
      'in several values of several types',
      { key: 'code', op: 'in', value: [200, '200'] },
      ['number', 'text'],
    ],
    ['in none of them', { key: 'code', op: 'in', value: [201, 'x', false] }, []],
    ['a part of a text, in any case', { key: 'city', op: 'text', value: 'köln' }, ['number', 'text']],
    ['a part of a number', { key: 'code', op: 'text', value: '2547409' }, ['wide']],
    ['on an event', { key: 'attempt', op: '>', value: 1, scope: 'event' }, ['nested']],
    ['on an event, not on its span', { key: 'attempt', op: 'exists', scope: 'span' }, []],
    ['on a link', { key: 'why', op: '=', value: 'batch', scope: 'link' }, ['nested']],
    ['on the resource alone', { key: 'service.version', op: '=', value: 'own', scope: 'resource' }, []],
    ['on the span before the resource', { key: 'service.version', op: '=', value: 'own' }, ['wide']],
    [
      'on the resource where the span has none',
      { key: 'service.version', op: '=', value: '1.2.3' },
      ['number', 'text', 'nested'],
    ],
    ['with a key that tries to be SQL', { key: "x'] = '' OR 1 --", op: 'exists' }, []],
    ['with a value that tries to be SQL', { key: 'city', op: 'in', value: ["') OR 1 --", '\\'] }, []],
  ])('%s', async (_name, condition, expected) => {
    expect(await search(condition)).toEqual(expected);
  });

  test.each<[string, unknown]>([
    ['an operator nobody knows', { key: 'a', op: '~', value: 1 }],
    ['< with a text', { key: 'a', op: '<', value: 'x' }],
    ['= without a value', { key: 'a', op: '=' }],
    ['in without a list', { key: 'a', op: 'in', value: 'x' }],
    ['in of nothing', { key: 'a', op: 'in', value: [] }],
    ['an empty part', { key: 'a', op: 'text', value: '' }],
    ['no key', { key: '', op: 'exists' }],
    ['a scope nobody knows', { key: 'a', op: 'exists', scope: 'log' }],
  ])('refuses %s', (_name, condition) => {
    expect(AttributeCondition.safeParse(condition).success).toBe(false);
  });
});

describe('completion', () => {
  const complete = (conditions: Partial<CompletionSearch>) =>
    queries.completion(CompletionSearch.parse({ ...range, ...conditions }));

  test('gives keys with their types and counts, the commonest first', async () => {
    expect(await complete({ text: 'C' })).toEqual({
      entries: [
        { text: 'city', type: 'string', count: 2 },
        { text: 'code', type: 'int', count: 2 },
        { text: 'cached', type: 'bool', count: 1 },
        { text: 'code', type: 'string', count: 1 },
        { text: 'service.version', type: 'string', count: 1 },
      ],
      ...{ found: 5, spans: 4, read: 4, oneIn: 1 },
    });
  });

  test('gives the values of a key, those with the text, and says how many there are', async () => {
    const { entries, found } = await complete({ key: 'code', text: '200', limit: 1 });
    expect(entries).toEqual([{ text: '200', type: expect.stringMatching(/^(int|string)$/), count: 1 }]);
    expect(found).toBe(2);
  });

  test.each<[CompletionSearch['scope'], string[]]>([
    ['event', ['attempt', 'reason']],
    ['link', ['why']],
    ['resource', ['process.command_args', 'service.instance.id', 'service.name', 'service.version']],
  ])('looks where it is told: %s', async (scope, keys) => {
    expect((await complete({ scope })).entries.map((e) => e.text)).toEqual(keys);
  });

  test('of another service there is nothing', async () => {
    expect(await complete({ service: 'nobody' })).toMatchObject({ entries: [], found: 0, spans: 0 });
  });

  test('reads a part of many spans, and says which part', async () => {
    const spans = Array.from({ length: 15_000 }, (_, n) => ({
      ...{ traceId: hexId(100, 16), spanId: hexId(1000 + n, 8) },
      ...{ startMs: now - 7_200_000 + n / 100, attributes: [kv('even', n % 2 === 0)] },
    }));
    const many = Array.from({ length: 15 }, (_, n) => traceRequest(`many-${n}`, spans));
    for (const body of many) expect((await post(collector.otlp, 'traces', body)).status).toBe(200);
    await eventually('loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
    const then = { from: now - 7_260_000, to: now - 7_000_000 };
    const { entries, spans: counted, read, oneIn } = await complete({ ...then, key: 'even' });
    expect([counted, oneIn]).toEqual([225_000, 2]);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(counted);
    expect(entries.reduce((sum, entry) => sum + entry.count, 0)).toBe(read);
  });
});

describe('a query', () => {
  const SLOW = 'SELECT sum(sipHash64(number)) AS n FROM numbers(100000000000)';
  const store = () =>
    new Store({ url: collector.store, username: 'stormglass', password: 'a-secret-of-this-test' });

  test('ends at its own time limit, with the code and the next move', async () => {
    const own = store();
    await expect(own.rows(SLOW, {}, undefined, { seconds: 1, memoryMiB: 64 })).rejects.toMatchObject({
      code: 'timeout',
      next: expect.stringMatching(/shorter range/),
    });
    await own.close();
  });

  test('ends at its own memory limit, and leaves the next query its own', async () => {
    const own = store();
    const hungry = 'SELECT length(groupArray(number)) AS n FROM numbers(4000000)';
    await expect(own.rows(hungry, {}, undefined, { seconds: 20, memoryMiB: 16 })).rejects.toMatchObject({
      code: 'query_too_large',
    });
    expect(await own.rows(hungry, {}, undefined, { seconds: 20, memoryMiB: 256 })).toEqual([
      { n: 4_000_000 },
    ]);
    await own.close();
  });

  test('can ask for less than the most, never for more', async () => {
    const own = store();
    const sql = `SELECT name, toFloat64(value) AS value FROM system.settings
      WHERE name IN ('max_execution_time', 'max_memory_usage') ORDER BY name`;
    const limits = async (seconds: number, memoryMiB: number) =>
      (await own.rows<{ value: number }>(sql, {}, undefined, { seconds, memoryMiB })).map((r) => r.value);
    expect(await limits(3, 32)).toEqual([3, 33_554_432]);
    expect(await limits(1e6, 1e6)).toEqual([25, 314_572_800]);
    expect(await limits(0, 0)).toEqual([25, 314_572_800]);
    await own.close();
  });

  test('ends in the store when its signal aborts', async () => {
    const own = store();
    const gone = new AbortController();
    const asked = own.rows(SLOW, {}, gone.signal).then(
      () => 'answered',
      (cause: Error) => cause.name,
    );
    const running = async () =>
      (
        await collector.rows(
          `SELECT 1 FROM system.processes WHERE query LIKE '%sum(sipHash64%' AND query NOT LIKE '%processes%'`,
        )
      ).length;
    await eventually('it runs', async () => ((await running()) === 1 ? true : null));
    gone.abort();
    expect(await asked).toBe('AbortError');
    await eventually('it ended', async () => ((await running()) === 0 ? true : null));
    await own.close();
  });
});
