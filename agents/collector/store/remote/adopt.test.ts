import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { TraceSearch } from '../../../contract/trace.ts';
import { TestServer } from '../../testing/clickhouse/server.ts';
import { eventually, SECRET, TestCollector } from '../../testing/collector.ts';
import { hexId, kv, post, traceRequest } from '../../testing/requests.ts';

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

const [FIRST, OLD, LATER, OURS] = [1, 2, 3, 4].map((n) => hexId(n, 16)) as [string, string, string, string];
const range = { from: Date.now() - 3 * 86_400_000, to: Date.now() + 60_000 };

/** A trace of a gateway that calls the orders service, as the exporter inserts it: with the columns it knows by name. */
function spans(traceId: string, ago: string): string {
  const at = (ms: number) => `now64(9) - ${ago} + toIntervalMillisecond(${ms})`;
  const attributes = `map('http.request.method', 'POST', 'http.route', '/orders', 'peer.service', 'orders', 'size', '3')`;
  const span = (id: number, parent: string, kind: string, service: string, ms: number, status: string) =>
    `SELECT ${at(ms)} AS t, '${traceId}', '${hexId(id, 8)}', '${parent}', '', 'POST /orders', '${kind}', '${service}',
      map('service.name', '${service}', 'service.version', '7'), '', '', ${attributes}, ${50_000_000 - ms * 1000}, '${status}', '',
      [t], ['exception'], [map('exception.type', 'Late')], ['${hexId(9, 16)}'], ['${hexId(9, 8)}'], [''], [map()]`;
  return `INSERT INTO otel.otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName,
    ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage, \`Events.Timestamp\`,
    \`Events.Name\`, \`Events.Attributes\`, \`Links.TraceId\`, \`Links.SpanId\`, \`Links.TraceState\`, \`Links.Attributes\`)
    ${[
      span(1, '', 'Server', 'gateway', 0, 'Unset'),
      span(2, hexId(1, 8), 'Client', 'gateway', 1, 'Unset'),
      span(3, hexId(2, 8), 'Server', 'orders', 2, 'Error'),
    ].join(' UNION ALL ')}`;
}

const log = (traceId: string, ago: string) => `INSERT INTO otel.otel_logs
  (Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body, LogAttributes)
  SELECT now64(9) - ${ago}, '${traceId}', '${hexId(3, 8)}', 'ERROR', 17, 'orders', 'too late', map('order', '5')`;
const POINT = `INSERT INTO otel.otel_metrics_sum (ServiceName, MetricName, TimeUnix, Value)
  SELECT 'orders', 'placed', now64(9), 2`;

async function filled(): Promise<TestServer> {
  const server = await TestServer.start();
  cleanup.push(() => server.dispose());
  const ddl = await readFile(new URL('../../testing/clickhouse/exporter.sql', import.meta.url), 'utf8');
  await server.sql(...ddl.split(/;\n/).filter((statement) => statement.trim() !== ''));
  for (const [traceId, ago] of [
    [FIRST, 'toIntervalMinute(1)'],
    [OLD, 'toIntervalDay(2)'],
  ] as const)
    await server.sql(spans(traceId, ago), log(traceId, ago));
  await server.sql(POINT);
  return server;
}

function settings(server: TestServer, more: Record<string, string>): Record<string, string> {
  return { CLICKHOUSE_URL: server.url, CLICKHOUSE_DATABASE: 'otel', ...more };
}

test('a database of an OpenTelemetry Collector is left alone unless it may be added to', async () => {
  const server = await filled();
  await expect(TestCollector.start(settings(server, {}))).rejects.toThrow(/CLICKHOUSE_ADOPT=true/);
  const tables = await server.sql(
    `SELECT name FROM system.tables WHERE database = 'otel' AND name LIKE 'stormglass%'`,
  );
  expect(tables).toEqual(['']);
});

test('a database that an OpenTelemetry Collector filled is read, goes on being filled by it and by us, and loses nothing', async () => {
  const server = await filled();
  const collector = await TestCollector.start(
    settings(server, {
      CLICKHOUSE_ADOPT: 'true',
      COLLECTOR_RETENTION_DAYS: '1',
      COLLECTOR_HOUSEKEEPING_SECONDS: '0.1',
    }),
  );
  cleanup.push(() => collector.dispose());
  let queries = collector.queries();
  cleanup.push(() => queries.close());
  const found = async (more: object = {}) =>
    (await queries.searchTraces(TraceSearch.parse({ ...range, ...more }))).traces.map((t) => t.traceId);

  expect(await queries.services(range)).toEqual([
    { service: 'gateway', versions: ['7'] },
    { service: 'orders', versions: ['7'] },
  ]);
  expect(await found()).toEqual([FIRST, OLD]);
  expect(
    await found({ service: 'orders', status: 'error', attributes: [{ op: '=', key: 'size', value: '3' }] }),
  ).toEqual([FIRST, OLD]);
  const trace = await queries.trace(FIRST);
  expect(trace).toMatchObject({ spanCount: 3, logs: [{ body: 'too late', attributes: { order: '5' } }] });
  expect(trace?.spans[2]).toMatchObject({
    service: 'orders',
    status: 'error',
    events: [{ name: 'exception' }],
    attributes: { size: '3' },
  });
  const map = await queries.serviceMap(range);
  expect(JSON.stringify(map)).toMatch(/gateway.*orders/s);
  expect(await queries.operations('orders', range)).toEqual(['POST /orders']);
  const store = (await collector.stats()).store;
  expect(store).toMatchObject({ kind: 'server', shared: true });
  expect(store?.missing.join()).toMatch(/no attribute types/);

  await server.sql(spans(LATER, 'toIntervalSecond(5)'));
  const own = [{ traceId: OURS, spanId: hexId(8, 8), attributes: [kv('size', 3)] }];
  expect(await post(collector.otlp, 'traces', traceRequest('ours', own))).toMatchObject({ status: 200 });
  await eventually('our span', () => queries.trace(OURS));
  expect(new Set(await found())).toEqual(new Set([FIRST, OLD, LATER, OURS]));
  expect((await queries.trace(LATER))?.spans).toHaveLength(3);
  expect((await queries.trace(OURS))?.spans[0]?.attributes).toEqual({ size: 3 });

  await collector.end();
  await collector.run();
  await queries.close();
  queries = collector.queries();
  const sums = await collector.rows(
    'SELECT TraceId, toUInt32(sum(Spans)) AS n FROM stormglass_traces GROUP BY TraceId ORDER BY TraceId',
  );
  expect(sums).toEqual(
    [FIRST, OLD, LATER, OURS].map((TraceId) => ({ TraceId, n: TraceId === OURS ? 1 : 3 })),
  );

  // Its owner lets a day of spans go, of which the logs stay: what was derived from it goes too, and nothing else does.
  const [day = ''] = await server.sql(
    `SELECT min(partition_id) FROM system.parts WHERE active AND table = 'otel_traces'`,
  );
  await server.sql(`ALTER TABLE otel.otel_traces DROP PARTITION ID '${day.trim()}'`);
  await eventually('the old trace gone', async () => ((await found()).includes(OLD) ? null : true));
  expect(await collector.rows('SELECT 1 FROM otel_traces')).toHaveLength(7);
  expect(await collector.rows('SELECT 1 FROM otel_logs')).toHaveLength(2);
});

test('beside an OpenTelemetry Collector which stores, what comes here is shown live and stored by it alone', async () => {
  const server = await filled();
  const collector = await TestCollector.start(
    settings(server, { CLICKHOUSE_ADOPT: 'true', COLLECTOR_LIVE_ONLY: 'true' }),
  );
  cleanup.push(() => collector.dispose());
  const stop = new AbortController();
  const live = await fetch(`${collector.store}/live`, {
    headers: { 'x-clickhouse-key': SECRET },
    signal: stop.signal,
  });
  const seen = live.body?.pipeThrough(new TextDecoderStream()).getReader();
  const span = {
    traceId: OURS,
    spanId: hexId(8, 8),
    kind: 2,
    attributes: [kv('http.request.method', 'GET'), kv('http.route', '/shown')],
  };
  expect(await post(collector.otlp, 'traces', traceRequest('ours', [span]))).toMatchObject({ status: 200 });
  let text = '';
  while (!text.includes('/shown')) text += (await seen?.read())?.value ?? '';
  stop.abort();
  expect(await collector.stats()).toMatchObject({ spoolBytes: 0, received: 1, segmentsLoaded: 0 });
});

test('showing without storing is refused where nobody else could store', async () => {
  await expect(TestCollector.start({ COLLECTOR_LIVE_ONLY: 'true' })).rejects.toThrow(/CLICKHOUSE_URL/);
});
