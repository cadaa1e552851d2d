import { afterAll, beforeAll, expect, test } from 'vitest';
import { TraceSearch } from '../../contract/trace.ts';
import { eventually, SECRET, TestCollector } from '../testing/collector.ts';
import { hexId, post, traceRequest } from '../testing/requests.ts';
import { createReaders, type Readers } from './index.ts';

/** More than one page of the search; every third shares its millisecond with the two before. */
const TRACES = 1_100;
const START_MS = Math.floor(Date.now() / 1000 - 60) * 1000;

let collector: TestCollector;
let readers: Readers;
beforeAll(async () => {
  collector = await TestCollector.start();
  readers = createReaders({ url: collector.store, username: 'stormglass', password: SECRET });
  const spans = Array.from({ length: TRACES }, (_, i) => ({
    ...{ traceId: hexId(i + 1, 16), spanId: hexId(1, 8), startMs: START_MS + Math.floor(i / 3) },
    ...{ name: i % 2 === 0 ? 'even' : 'odd' },
  }));
  expect((await post(collector.otlp, 'traces', traceRequest('many', spans))).status).toBe(200);
  await eventually('all traces', async () => {
    const [row] = await collector.rows<{ n: number }>('SELECT toUInt32(count()) AS n FROM otel_traces');
    return row?.n === TRACES ? true : null;
  });
});
afterAll(async () => {
  await readers.close();
  await collector.dispose();
});

async function exported(more: object, limit?: number): Promise<string[]> {
  const { limit: _, ...search } = TraceSearch.parse({ from: START_MS, to: START_MS + 60_000, ...more });
  const ids: string[] = [];
  for await (const line of readers.exportSearch({ ...search, limit }))
    ids.push(/"traceId":"([0-9a-f]{32})"/.exec(line)?.[1] ?? line);
  return ids;
}

test('without a limit everything that matches comes, each trace once, newest first', async () => {
  const ids = await exported({});
  expect([ids.length, new Set(ids).size]).toEqual([TRACES, TRACES]);
  const starts = ids.map((id) => Math.floor((Number.parseInt(id, 16) - 1) / 3));
  expect(starts).toEqual(starts.toSorted((a, b) => b - a));
  expect(await exported({ operation: 'odd' })).toHaveLength(TRACES / 2);
});

test('traces which all start in one millisecond, more than a page of them, come each once', async () => {
  const count = 2500;
  const atMs = START_MS - 30_000;
  const spans = Array.from({ length: count }, (_, i) => ({
    ...{ traceId: hexId(i + 1_000_000, 16), spanId: hexId(1, 8), startMs: atMs },
  }));
  expect((await post(collector.otlp, 'traces', traceRequest('at once', spans))).status).toBe(200);
  await eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
  const ids = await exported({ from: atMs - 1000, to: atMs + 1000 });
  expect([ids.length, new Set(ids).size]).toEqual([count, count]);
});

test('with a limit it is what the search shows', async () => {
  const [newest, second] = await exported({}, 2);
  expect([newest, second].map((id) => Math.floor((Number.parseInt(id ?? '', 16) - 1) / 3))).toEqual([
    366, 366,
  ]);
  expect(await exported({ operation: 'nobody' }, 2)).toEqual([]);
});
