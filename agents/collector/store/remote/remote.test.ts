import { afterEach, expect, test } from 'vitest';
import { CompletionSearch, RedSearch } from '../../../contract/figures.ts';
import { BREAKER_ATTR, EVENT, METRIC, RECEIPT_ATTR, SAGA_ATTR } from '../../../contract/telemetry.ts';
import { TraceSearch } from '../../../contract/trace.ts';
import { CA, TestServer } from '../../testing/clickhouse/server.ts';
import { eventually, TestCollector } from '../../testing/collector.ts';
import { hexId, kv, logRequest, metricRequest, post, traceRequest } from '../../testing/requests.ts';
import { otlp } from '../../wire/codec.ts';

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

async function serverWith(options: Parameters<typeof TestServer.start>[0] = {}): Promise<TestServer> {
  const server = await TestServer.start(options);
  cleanup.push(() => server.dispose());
  return server;
}

async function collectorWith(env: Record<string, string> = {}): Promise<TestCollector> {
  const collector = await TestCollector.start(env);
  cleanup.push(() => collector.dispose());
  return collector;
}

const now = Date.now();
const range = { from: now - 120_000, to: now + 60_000 };
const TRACE = hexId(1, 16);

function traces(): Uint8Array[] {
  const route = (name: string) => [kv('http.request.method', 'POST'), kv('http.route', name)];
  const root = {
    traceId: TRACE,
    spanId: hexId(1, 8),
    startMs: now - 9000,
    durationMs: 80,
    attributes: route('/orders'),
  };
  const call = {
    ...root,
    spanId: hexId(2, 8),
    parentSpanId: root.spanId,
    kind: 3,
    startMs: now - 8990,
    durationMs: 50,
  };
  const receipt = [kv(RECEIPT_ATTR.faultId, 'fault-1'), kv(RECEIPT_ATTR.duration, 0.02)];
  const served = {
    ...call,
    spanId: hexId(3, 8),
    parentSpanId: call.spanId,
    kind: 2,
    durationMs: 40,
    status: 2,
  };
  const link = [{ traceId: TRACE, spanId: root.spanId, attributes: [kv('why', "it's \\ 'quoted'")] }];
  return [
    traceRequest('gateway', [root, { ...call, attributes: [kv('peer.service', 'orders'), kv('size', 3)] }]),
    traceRequest('orders', [
      {
        ...served,
        attributes: [...route('/orders'), ...receipt],
        events: [{ atMs: now - 8980, name: 'exception' }],
      },
      { traceId: hexId(2, 16), spanId: hexId(4, 8), kind: 5, startMs: now - 7000, links: link },
    ]),
  ];
}

function logs(): Uint8Array {
  const states = [
    kv(BREAKER_ATTR.name, 'orders'),
    kv(BREAKER_ATTR.from, 'closed'),
    kv(BREAKER_ATTR.to, 'open'),
  ];
  const saga = [kv(SAGA_ATTR.id, 'saga-1'), kv(SAGA_ATTR.type, 'order')];
  return logRequest('gateway', [
    { atMs: now - 6000, eventName: 'circuit_breaker.opened', attributes: states },
    { atMs: now - 8970, eventName: EVENT.sagaStarted, attributes: saga, traceId: TRACE },
    { atMs: now - 5000, body: 'a line' },
  ]);
}

function metrics(): Uint8Array[] {
  const point = (more: object) => ({ time_unix_nano: `${now}000000`, attributes: [kv('a', 'b')], ...more });
  const metric = (name: string, data: object) => ({ name, ...data });
  const distributions = otlp.encodeRequest('metrics', {
    resource_metrics: [
      {
        resource: { attributes: [kv('service.name', 'gateway')] },
        scope_metrics: [
          {
            metrics: [
              metric('h', {
                histogram: {
                  data_points: [point({ count: 3, sum: 0.6, bucket_counts: [1, 2], explicit_bounds: [0.1] })],
                },
              }),
              metric('e', {
                exponential_histogram: {
                  data_points: [point({ count: 2, scale: 1, positive: { offset: 1, bucket_counts: [2] } })],
                },
              }),
              metric('s', {
                summary: {
                  data_points: [point({ count: 2, sum: 3, quantile_values: [{ quantile: 0.5, value: 1 }] })],
                },
              }),
            ],
          },
        ],
      },
    ],
  });
  const state = [kv(BREAKER_ATTR.name, 'orders'), kv(BREAKER_ATTR.state, 'open')];
  const queue = [kv('messaging.system', 'bullmq'), kv('messaging.destination.name', 'mail')];
  return [
    distributions,
    metricRequest('gateway', [
      { name: METRIC.breakerState, kind: 'sum', atMs: now - 5000, value: 1, attributes: state },
      { name: METRIC.queueMessages, kind: 'gauge', atMs: now - 5000, value: 12, attributes: queue },
    ]),
  ];
}

const ROWS = {
  otel_traces: 4,
  otel_logs: 3,
  otel_metrics_sum: 1,
  otel_metrics_gauge: 1,
  otel_metrics_histogram: 1,
};
const MORE_ROWS = { otel_metrics_exponential_histogram: 1, otel_metrics_summary: 1 };

async function feed(collector: TestCollector): Promise<void> {
  for (const body of traces()) await post(collector.otlp, 'traces', body);
  await post(collector.otlp, 'logs', logs());
  for (const body of metrics()) await post(collector.otlp, 'metrics', body);
  for (const [table, count] of Object.entries({ ...ROWS, ...MORE_ROWS })) {
    await eventually(`${count} rows in ${table}`, async () => {
      const rows = await collector.rows(`SELECT 1 FROM ${table}`);
      return rows.length >= count ? true : null;
    });
  }
}

/** What every question of the dashboard is answered, and every stored row. */
async function answers(collector: TestCollector) {
  const queries = collector.queries();
  try {
    const lines = [];
    for await (const line of (await queries.traceLines(TRACE)) ?? []) lines.push(line);
    return {
      timeline: await queries.timeline(range, 10),
      search: await queries.searchTraces(TraceSearch.parse({ ...range, service: 'orders' })),
      bySize: await queries.searchTraces(
        TraceSearch.parse({ ...range, attributes: [{ op: '=', key: 'size', value: 3 }] }),
      ),
      trace: await queries.trace(TRACE),
      lines,
      path: await queries.tracePath(TRACE),
      sagas: await queries.sagas({ ...range, limit: 10 }),
      receipts: await queries.receipts('fault-1', range, 10),
      map: await queries.serviceMap(range),
      red: await queries.red(RedSearch.parse(range)),
      completion: await queries.completion(CompletionSearch.parse(range)),
      interactions: await queries.interactions(range),
      services: await queries.services(range),
      operations: await queries.operations('orders', range),
      rows: await Promise.all(
        Object.keys({ ...ROWS, ...MORE_ROWS }).map((table) =>
          collector.rows(`SELECT * FROM ${table} ORDER BY ServiceName, toString(tuple(*))`),
        ),
      ),
    };
  } finally {
    await queries.close();
  }
}

test('with CLICKHOUSE_URL, over TLS, every question is answered as the embedded engine answers it', async () => {
  const server = await serverWith({ user: 'writer', password: "p:w'd", tls: true });
  const remote = await collectorWith({
    CLICKHOUSE_URL: server.url.replace('//', `//writer:${encodeURIComponent("p:w'd")}@`),
    CLICKHOUSE_CA: CA,
  });
  const embedded = await collectorWith();
  await feed(remote);
  await feed(embedded);
  const expected = await answers(embedded);
  expect(expected.trace?.spanCount).toBe(3);
  expect(expected.timeline.transitions).toHaveLength(1);
  expect(expected.bySize.traces).toHaveLength(1);
  expect(await answers(remote)).toEqual(expected);
  expect(await remote.stats()).toMatchObject({ store: { kind: 'server' }, housekeepingFailures: 0 });
});

test('an insert whose answer is lost is sent again and stored once, in derived tables too', async () => {
  const server = await serverWith();
  const collector = await collectorWith({ CLICKHOUSE_URL: server.url });
  await server.cutAnswers(6);
  await feed(collector);
  await eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
  expect(await server.state()).toMatchObject({ cut: 0 });
  expect((await collector.stats()).loadFailures).toBeGreaterThanOrEqual(6);
  const counted = async (sql: string) => (await collector.rows<{ n: number }>(sql))[0]?.n;
  for (const [table, count] of Object.entries({ ...ROWS, ...MORE_ROWS })) {
    expect(await counted(`SELECT toUInt32(count()) AS n FROM ${table}`)).toBe(count);
  }
  expect(await counted('SELECT toUInt32(sum(Spans)) AS n FROM stormglass_traces')).toBe(4);
  expect(await counted('SELECT toUInt32(count()) AS n FROM stormglass_events')).toBe(2);
});

test('a server that is away at the start, or goes away, is waited for; nothing acknowledged is lost', async () => {
  const server = await serverWith();
  await server.end();
  const collector = await collectorWith({ CLICKHOUSE_URL: server.url });
  const send = (n: number) =>
    post(collector.otlp, 'traces', traceRequest('orders', [{ traceId: hexId(n, 16), spanId: hexId(n, 8) }]));
  expect(await send(1)).toMatchObject({ status: 200 });
  const queries = collector.queries();
  cleanup.push(() => queries.close());
  await expect(queries.services(range)).rejects.toMatchObject({ code: 'store_unavailable' });
  await server.run();
  await eventually('the first span', () => queries.trace(hexId(1, 16)));

  await server.end();
  expect(await send(2)).toMatchObject({ status: 200 });
  await eventually('a failed load', async () => ((await collector.stats()).loadFailures > 0 ? true : null));
  expect(await collector.stats()).toMatchObject({ quarantined: 0 });
  await server.run();
  await eventually('the second span', () => queries.trace(hexId(2, 16)));
  expect(await collector.rows('SELECT 1 FROM otel_traces')).toHaveLength(2);
});

test('what the query endpoint passes on can change nothing, whatever settings come with it', async () => {
  const server = await serverWith();
  const collector = await collectorWith({ CLICKHOUSE_URL: server.url });
  for (const sql of [
    'DROP TABLE otel_traces',
    "INSERT INTO otel_logs (Body) VALUES ('x')",
    'SELECT 1 SETTINGS readonly = 0',
  ]) {
    await expect(collector.rows(sql)).rejects.toThrow(/READONLY|readonly/);
  }
  await expect(collector.rows('SELECT nope')).rejects.toThrow(/UNKNOWN_IDENTIFIER/);
});

test('a wrong password ends the start with the reason', async () => {
  const server = await serverWith({ user: 'writer', password: 'right' });
  const start = TestCollector.start({
    CLICKHOUSE_URL: server.url,
    CLICKHOUSE_USER: 'writer',
    CLICKHOUSE_PASSWORD: 'wrong',
  });
  await expect(start).rejects.toThrow(/Authentication failed/);
});
