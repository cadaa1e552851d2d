import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { post, traceRequest } from '../testing/requests.ts';

const MAIN = fileURLToPath(new URL('../testing/schema/main.ts', import.meta.url));
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const run = promisify(execFile);

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

async function directory(...steps: string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'stormglass-schema-'));
  cleanup.push(() => rm(dir, { recursive: true, force: true }));
  for (const step of steps) await run(process.execPath, [MAIN, step, dir]);
  return dir;
}

async function collectorOn(dir: string): Promise<TestCollector> {
  const collector = await TestCollector.start({ COLLECTOR_DATA_DIR: dir });
  cleanup.push(() => collector.dispose());
  return collector;
}

/** All that makes two stores the same to a reader or a writer, whatever order the columns have. */
async function schema(collector: TestCollector) {
  const [tables, columns, indices] = await Promise.all([
    collector.rows<{ name: string }>(
      // The size of granules cannot be altered: an old store keeps its own.
      `SELECT name, replaceRegexpOne(engine_full, ', index_granularity = \\\\d+', '') AS engine, as_select
       FROM system.tables WHERE database = currentDatabase() ORDER BY name`,
    ),
    collector.rows(
      `SELECT table, name, type, default_kind, default_expression, compression_codec FROM system.columns
       WHERE database = currentDatabase() ORDER BY table, name`,
    ),
    collector.rows(
      `SELECT table, name, type_full, expr, granularity FROM system.data_skipping_indices
       WHERE database = currentDatabase() ORDER BY table, name`,
    ),
  ]);
  return { tables, columns, indices };
}

test('a store of version 4 keeps every row, reads right, takes new data, and has the tables and views of a new store', async () => {
  const old = await collectorOn(await directory('make'));
  const fresh = await collectorOn(await directory());
  expect(await schema(old)).toEqual(await schema(fresh));

  const tables = await old.rows<{ name: string; rows: number }>(
    `SELECT name, toUInt32(total_rows) AS rows FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
  );
  const written = Object.fromEntries(tables.map(({ name, rows }) => [name, rows]));
  expect(written).toMatchObject({
    otel_traces: 2,
    otel_logs: 1,
    otel_metrics_sum: 1,
    otel_metrics_summary: 1,
  });
  expect(written).toMatchObject({ otel_metrics_gauge: 1, otel_metrics_histogram: 1, stormglass_events: 1 });
  expect(written).toMatchObject({ otel_metrics_exponential_histogram: 1, stormglass_receipts: 1 });
  expect(written.stormglass_traces).toBeGreaterThan(0);
  expect(written.stormglass_traffic).toBeGreaterThan(0);

  const queries = old.queries();
  cleanup.push(() => queries.close());
  const range = { from: Date.now() - 3_600_000, to: Date.now() + 60_000 };
  const trace = await queries.trace(TRACE);
  expect(trace).toMatchObject({ spanCount: 2, linkedTraceIds: ['1'.repeat(32)] });
  expect(trace?.spans[0]).toMatchObject({ service: 'orders', status: 'error', statusMessage: 'no stock' });
  expect(trace?.spans[0]?.attributes).toMatchObject({ 'cart.size': 3 });
  expect(trace?.logs).toMatchObject([{ eventName: 'circuit_breaker.opened' }]);
  expect(
    await queries.searchTraces({ ...range, status: 'any', attributes: [], order: 'newest', limit: 10 }),
  ).toMatchObject({
    traces: [{ traceId: TRACE, spanCount: 2, errorCount: 1, faultIds: ['fault-1'] }],
  });
  expect(await queries.operations('orders', range)).toEqual(['POST /orders']);
  const stored = await queries.timeline(range, 10);
  expect(stored.transitions).toMatchObject([{ name: 'inventory', from: 'closed', to: 'open' }]);

  const spans = [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), name: 'GET /new' }];
  expect(await post(old.otlp, 'traces', traceRequest('orders', spans))).toMatchObject({ status: 200 });
  await eventually('the new span', async () => await queries.trace('ab'.repeat(16)));
  await eventually('its operation', async () =>
    (await queries.operations('orders', range)).join() === 'GET /new,POST /orders' ? true : null,
  );
});

test.each(['make', ''])(
  'a migration that stops at any statement is repaired by the next start (%s)',
  async (before) => {
    const dir = await directory(...[before, 'interrupt'].filter((step) => step !== ''));
    const repaired = await collectorOn(dir);
    const fresh = await collectorOn(await directory());
    expect(await schema(repaired)).toEqual(await schema(fresh));
    const spans = await repaired.rows('SELECT SpanId FROM otel_traces');
    expect(spans).toHaveLength(before === '' ? 0 : 2);
  },
);

test('a store that is up to date is opened without a change to it', async () => {
  const collector = await collectorOn(await directory());
  const history = () => collector.rows('SELECT * FROM stormglass_schema ORDER BY AppliedAt');
  const before = await history();
  await collector.end();
  await collector.run();
  expect(await history()).toEqual(before);
});

test('a store of a newer version is refused with the next step', async () => {
  const collector = await collectorOn(await directory());
  await collector.end();
  await run(process.execPath, [MAIN, 'newer', collector.dataDir]);
  await expect(collector.run()).rejects.toThrow(/newer than this Stormglass.*data directory/s);
});
