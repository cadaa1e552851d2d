import { afterAll, beforeAll, expect, test } from 'vitest';
import { OVERFLOW_NAME } from '../../contract/telemetry.ts';
import { LiveLine, type TrafficCell } from '../../contract/timeline.ts';
import { TraceSearch } from '../../contract/trace.ts';
import type { TelemetryQueries } from '../queries/index.ts';
import { eventually, SECRET, TestCollector } from '../testing/collector.ts';
import { hexId, kv, metricRequest, post, type SpanInit, traceRequest } from '../testing/requests.ts';
import { otlp } from '../wire/codec.ts';

let collector: TestCollector;
let queries: TelemetryQueries;
const listening = new AbortController();
const lines: LiveLine[] = [];
const now = Date.now();
const range = { from: now - 60_000, to: now + 60_000 };

async function listen(): Promise<void> {
  const headers = { 'x-clickhouse-key': SECRET };
  const response = await fetch(`${collector.store}/live`, { headers, signal: listening.signal });
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line !== '') lines.push(LiveLine.parse(JSON.parse(line)));
  }
}

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  void listen().catch((cause: unknown) => {
    if (!listening.signal.aborted) throw cause;
  });
  await eventually('a listener', async () => ((await collector.stats()).liveListeners === 1 ? true : null));
});
afterAll(async () => {
  listening.abort();
  await queries.close();
  await collector.dispose();
});

let sent = 0;
function spans(count: number, init: (i: number) => Partial<SpanInit>): SpanInit[] {
  return Array.from({ length: count }, (_, i) => {
    sent += 1;
    return { traceId: hexId(sent, 16), spanId: hexId(sent, 8), startMs: now, ...init(i) };
  });
}
async function send(service: string, list: SpanInit[]): Promise<void> {
  // In several requests, as invented names come.
  for (let at = 0; at < list.length; at += 1000) {
    const body = traceRequest(service, list.slice(at, at + 1000));
    expect((await post(collector.otlp, 'traces', body)).status).toBe(200);
  }
  await eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
}
const sum = (cells: readonly { calls: number }[]) => cells.reduce((all, { calls }) => all + calls, 0);
const live = () => lines.flatMap((line) => line.traffic);
const byService = (cells: readonly TrafficCell[], service: string) =>
  cells.filter((c) => c.service === service);

test('5,000 invented routes are 500 operations and one bucket that says so, and every call is counted', async () => {
  const routes = spans(5000, (i) => ({
    attributes: [kv('http.request.method', 'GET'), kv('http.route', `/orders/${i}`)],
  }));
  await send('inventive', routes);
  const operations = await queries.operations('inventive', range);
  expect(operations).toHaveLength(501);
  expect(operations).toContain(OVERFLOW_NAME);
  const stored = byService((await queries.timeline(range, 1)).traffic, 'inventive');
  expect(stored).toHaveLength(501);
  expect(sum(stored)).toBe(5000);
  const over = stored.filter((cell) => cell.operation === OVERFLOW_NAME);
  expect(sum(over)).toBe(4500);
  // The bucket can be opened, and the spans in it have the names they came with.
  const { matching, examples } = await queries.examples({
    ...{ ...range, service: 'inventive', kind: 'server', operation: OVERFLOW_NAME, want: 'newest', limit: 5 },
  });
  expect(matching).toBe(4500);
  expect(examples[0]?.operation).toMatch(/^GET \/orders\/\d+$/);
  const found = await queries.searchTraces(
    TraceSearch.parse({ ...range, service: 'inventive', operation: OVERFLOW_NAME, limit: 500 }),
  );
  expect(found).toMatchObject({ truncated: true });
  expect(found.traces.every(({ rootName }) => /^GET \/orders\/\d{3,4}$/.test(rootName))).toBe(true);
  // A name that was known before still counts as itself.
  await send(
    'inventive',
    spans(3, () => ({ attributes: routes[0]?.attributes ?? [] })),
  );
  const { traffic } = await queries.timeline(range, 1);
  expect(sum(traffic.filter((cell) => cell.operation === 'GET /orders/0'))).toBe(4);
});

test('invented peers of every kind, names of any length and other services do not touch each other', async () => {
  const address = (i: number) => [
    kv('server.address', `10.0.${i >> 8}.${i & 255}`),
    kv('server.port', 40_000 + i),
  ];
  await send(
    'caller',
    spans(1000, (i) => ({ kind: 3, attributes: address(i) })),
  );
  await send(
    'talker',
    spans(1000, (i) => ({ kind: 4, name: `queue ${i} send` })),
  );
  await send(
    'verbose',
    spans(3, (i) => ({ name: `${i}${'n'.repeat(100_000)}` })),
  );
  await send(
    'calm',
    spans(10, (i) => ({ name: `work ${i}` })),
  );
  const { traffic } = await queries.timeline(range, 1);
  const figures = (service: string) => {
    const cells = byService(traffic, service);
    const over = cells.filter((cell) => [cell.peer, cell.operation].includes(OVERFLOW_NAME));
    return [cells.length, sum(cells), sum(over)];
  };
  expect(figures('caller')).toEqual([201, 1000, 800]);
  expect(figures('talker')).toEqual([201, 1000, 800]);
  expect(figures('verbose')).toEqual([1, 3, 3]);
  expect(figures('calm')).toEqual([10, 10, 0]);
});

test('the live view has the same cells as the store', async () => {
  const stored = (await queries.timeline(range, 1)).traffic;
  await eventually('all live calls', async () => (sum(live()) === sum(stored) ? true : null));
  const keys = (cells: readonly TrafficCell[]) =>
    Object.entries(Object.groupBy(cells, (c) => [c.service, c.kind, c.peer, c.operation].join('|')))
      .map(([key, group]) => `${key} ${sum(group ?? [])}`)
      .sort();
  expect(keys(live())).toEqual(keys(stored));
});

test('a sender cannot say by itself that a span is beyond', async () => {
  const [init] = spans(1, () => ({}));
  const span = {
    trace_id: Buffer.from(init?.traceId ?? '', 'hex'),
    span_id: Buffer.from(init?.spanId ?? '', 'hex'),
  };
  const nanos = `${now}000000`;
  const said = { ...span, kind: 2, start_time_unix_nano: nanos, end_time_unix_nano: nanos, overflow: 2 };
  const resource = { attributes: [kv('service.name', 'sly')] };
  const body = otlp.encodeRequest('traces', {
    resource_spans: [{ resource, scope_spans: [{ spans: [said] }] }],
  });
  expect((await post(collector.otlp, 'traces', body)).status).toBe(200);
  await eventually('the span', async () => {
    const rows = await collector.rows<{ n: number }>(
      `SELECT toUInt32(Overflow) AS n FROM otel_traces WHERE ServiceName = 'sly'`,
    );
    if (rows.length === 0) return null;
    expect(rows).toEqual([{ n: 0 }]);
    return true;
  });
});

test('services without end are one service beyond the bound', async () => {
  for (let i = 0; i < 1100; i++) {
    const body = traceRequest(
      `service-${i}`,
      spans(1, () => ({})),
    );
    expect((await post(collector.otlp, 'traces', body)).status).toBe(200);
  }
  await eventually('an empty spool', async () => ((await collector.stats()).spoolBytes === 0 ? true : null));
  const { traffic } = await queries.timeline(range, 1);
  expect(new Set(traffic.map((cell) => cell.service)).size).toBe(1001);
  expect(sum(byService(traffic, OVERFLOW_NAME))).toBe(106);
  const search = TraceSearch.parse({ ...range, service: OVERFLOW_NAME, limit: 500 });
  expect((await queries.searchTraces(search)).traces).toHaveLength(106);
});

test('series without end keep their values and lose their attributes, as in an SDK', async () => {
  const points = Array.from({ length: 5000 }, (_, i) => ({
    ...{ name: 'cart.size', kind: 'sum' as const, atMs: now, value: 1, attributes: [kv('user', i)] },
  }));
  expect((await post(collector.otlp, 'metrics', metricRequest('inventive', points))).status).toBe(200);
  await eventually('all points', async () => {
    const rows = await collector.rows<{ attributes: string; points: number; sum: number }>(
      `SELECT toString(Attributes) AS attributes, toUInt32(count()) AS points, sum(Value) AS sum FROM otel_metrics_sum
       WHERE MetricName = 'cart.size' GROUP BY attributes ORDER BY points DESC`,
    );
    if (rows.length === 0) return null;
    expect(rows).toHaveLength(2001);
    expect(rows[0]).toEqual({ attributes: "{'otel.metric.overflow':'true'}", points: 3000, sum: 3000 });
    return true;
  });
});

test('what was beyond a bound is counted, and said once', async () => {
  const { overflowed } = await collector.stats();
  expect(overflowed).toEqual({ service: 106, operation: 4503, peer: 1600, series: 3000 });
  const metrics = await (await fetch(`${collector.store}/metrics`)).text();
  expect(metrics).toContain('stormglass_collector_overflow_total{bound="operation"} 4503');
  expect(collector.output.match(/"service":"inventive","what":"operation"/g)).toHaveLength(1);
});

test('after a restart the names in use are the same ones', async () => {
  listening.abort();
  await collector.end();
  await collector.run();
  await queries.close();
  queries = collector.queries();
  const route = (i: number) => [kv('http.request.method', 'GET'), kv('http.route', `/orders/${i}`)];
  await send(
    'inventive',
    spans(600, (i) => ({ attributes: route(4000 + i) })),
  );
  await send(
    'inventive',
    spans(1, () => ({ attributes: route(1) })),
  );
  expect(await queries.operations('inventive', range)).toHaveLength(501);
  expect((await collector.stats()).overflowed).toMatchObject({ operation: 600 });
});
