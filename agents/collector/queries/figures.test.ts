import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExampleSearch, MapSearch, RedSearch } from '../../contract/figures.ts';
import { mergeSketches, quantile } from '../../contract/sketch.ts';
import { RECEIPT_ATTR } from '../../contract/telemetry.ts';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, kv, post, type SpanInit, traceRequest } from '../testing/requests.ts';
import type { TelemetryQueries } from './index.ts';

let collector: TestCollector;
let queries: TelemetryQueries;
/** The end of a quiet minute; the minute before it is the busy one. Whole minutes, so that steps meet. */
const quiet = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
const busy = { from: quiet - 120_000, to: quiet - 60_000 };
const after = { from: quiet - 60_000, to: quiet };
const whole = { from: busy.from, to: after.to };

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;
const route = (path: string) => [kv('http.request.method', 'POST'), kv('http.route', path)];
const peer = (name: string) => [kv('peer.service', name)];
const queue = [kv('messaging.system', 'bullmq'), kv('messaging.destination.name', 'mails')];
const db = [kv('db.system.name', 'postgresql'), kv('db.namespace', 'orders')];
const fault = kv(RECEIPT_ATTR.faultId, 'fault-1');

/** An order: a load generator asks, gateway calls orders, which calls payments, asks its database and sends a mail that notifications handle. */
function order(n: number, at: number, ms: number, failed = false) {
  const id = (k: number) => hexId(n * 100 + k, 8);
  const span = (k: number, parent: number, kind: number, more: Partial<SpanInit> = {}): SpanInit => ({
    ...{ traceId: hexId(n, 16), spanId: id(k), kind, startMs: at, durationMs: ms },
    ...(parent === 0 ? {} : { parentSpanId: id(parent) }),
    ...more,
  });
  const status = failed ? 2 : 0;
  return {
    load: [span(11, 0, CLIENT, { attributes: peer('gateway') })],
    gateway: [
      span(1, 11, SERVER, { attributes: route('/orders') }),
      span(2, 1, CLIENT, { attributes: peer('orders') }),
    ],
    orders: [
      span(3, 2, SERVER, { attributes: route('/orders'), status }),
      span(4, 3, CLIENT, { attributes: peer('payments'), status }),
      span(5, 3, CLIENT, { attributes: db, durationMs: 2 }),
      span(6, 3, PRODUCER, { attributes: queue, durationMs: 1 }),
      span(7, 3, CLIENT, { attributes: peer('tax.example.com'), durationMs: 3 }),
    ],
    payments: [
      span(8, 4, SERVER, {
        attributes: [...route('/charges'), ...(failed ? [fault] : [])],
        status,
        durationMs: ms,
      }),
    ],
    notifications: [
      span(9, 6, CONSUMER, { attributes: queue, durationMs: 5 }),
      span(10, 9, CLIENT, { attributes: peer('payments'), durationMs: 4 }),
    ],
  };
}

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  const orders = [
    ...Array.from({ length: 40 }, (_, n) => order(n + 1, busy.from + n * 1000, n < 30 ? 50 : 800, n >= 36)),
    ...Array.from({ length: 10 }, (_, n) => order(n + 101, after.from + n * 1000, 50)),
  ];
  for (const service of ['load', 'gateway', 'orders', 'payments', 'notifications'] as const) {
    const spans = orders.flatMap((o) => o[service]);
    // Whoever says nothing of a namespace is inside: here notifications.
    const namespaces =
      service === 'notifications' ? [] : [kv('service.namespace', service === 'payments' ? 'bank' : 'shop')];
    expect((await post(collector.otlp, 'traces', traceRequest(service, spans, namespaces))).status).toBe(200);
  }
  await eventually('everything loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
});
afterAll(async () => {
  await queries.close();
  await collector.dispose();
});

describe('rate, errors and durations', () => {
  const red = (conditions: Partial<RedSearch>) => queries.red(RedSearch.parse({ ...whole, ...conditions }));

  test('of a service add up to what the timeline has, step by step', async () => {
    const { series, stepSeconds } = await red({ step: 30, service: 'orders' });
    const { traffic } = await queries.timeline(whole, 30);
    const cells = traffic.filter((c) => c.kind === 'server' && c.service === 'orders');
    expect(stepSeconds).toBe(30);
    expect(series).toHaveLength(1);
    expect(series[0]?.points.map((p) => [p.at, p.calls, p.errors, p.rate, p.p95Ms])).toEqual(
      cells.map((c) => [c.second * 1000, c.calls, c.errors, c.calls / 30, quantile(c.durations, 0.95)]),
    );
    const all = mergeSketches(cells.map((c) => c.durations));
    expect(series[0]?.total).toMatchObject({
      ...{ calls: 50, errors: 4, errorRatio: 0.08, rate: 50 / 120 },
      ...{ p50Ms: quantile(all, 0.5), p99Ms: quantile(all, 0.99) },
    });
  });

  test('by operation and by edge, the busiest first', async () => {
    expect(
      (await red({ by: 'operation' })).series.map((s) => [s.service, s.operation, s.total.calls]),
    ).toEqual([
      ['gateway', 'POST /orders', 50],
      ['orders', 'POST /orders', 50],
      ['payments', 'POST /charges', 50],
    ]);
    const edges = await red({ by: 'edge', service: 'orders', peer: 'payments' });
    expect(edges.series).toMatchObject([
      { kind: 'client', peer: 'payments', total: { calls: 50, errors: 4 } },
    ]);
    expect(
      (await red({ by: 'edge', service: 'orders' })).series.map((s) => `${s.kind} ${s.peer}`).sort(),
    ).toEqual([...['client payments', 'client tax.example.com', 'db orders', 'producer mails']]);
  });

  test('say how many series there are when some are left out, and widen the step of a long range', async () => {
    const { series, seriesCount } = await red({ limit: 1 });
    expect([series.length, seriesCount]).toEqual([1, 3]);
    const day = await red({ from: whole.to - 86_400_000, step: 1 });
    expect(day.stepSeconds).toBe(288);
  });
});

describe('the service map', () => {
  test('of two ranges tells what each node and edge has lost or won', async () => {
    const search = { ...busy, baseFrom: after.from, baseTo: after.to };
    const { nodes, edges } = await queries.serviceMap(MapSearch.parse(search));
    expect(nodes.map((n) => `${n.kind} ${n.name}`)).toEqual([
      ...['database orders', 'peer tax.example.com', 'queue mails'],
      ...['service gateway', 'service load', 'service notifications', 'service orders', 'service payments'],
    ]);
    const payments = nodes.find((n) => n.name === 'payments');
    expect(payments).toMatchObject({
      ...{ now: { calls: 40, errors: 4, receipts: 4, errorRatio: 0.1 }, base: { calls: 10, errors: 0 } },
      delta: { rate: 0.5, errorRatio: 0.1 },
    });
    expect(payments?.delta?.p95Ms).toBe((payments?.now.p95Ms ?? 0) - (payments?.base?.p95Ms ?? 0));
    expect(payments?.delta?.p95Ms).toBeGreaterThan(700);
    expect(
      edges.find((e) => e.kind === 'client' && e.peer === 'payments' && e.service === 'orders'),
    ).toMatchObject({
      ...{ now: { calls: 40, errors: 4 }, base: { calls: 10 }, delta: { rate: 0.5, errorRatio: 0.1 } },
    });
    expect(edges.find((e) => e.kind === 'consumer')).toMatchObject({
      service: 'notifications',
      peer: 'mails',
    });
  });

  test('keeps what one of the ranges lacks, without a difference where there is nothing to compare', async () => {
    const search = { ...busy, baseFrom: busy.from - 600_000, baseTo: busy.from - 300_000 };
    const gateway = (await queries.serviceMap(MapSearch.parse(search))).nodes.find(
      (n) => n.name === 'gateway',
    );
    expect(gateway).toMatchObject({
      ...{ base: { calls: 0, errorRatio: null, p95Ms: null }, delta: { errorRatio: null, p95Ms: null } },
    });
    const alone = await queries.serviceMap(MapSearch.parse(busy));
    expect(alone.nodes.every((n) => n.base === null && n.delta === null)).toBe(true);
  });
});

describe('examples behind a point', () => {
  const examples = (conditions: Partial<ExampleSearch>) =>
    queries.examples(ExampleSearch.parse({ ...busy, service: 'payments', ...conditions }));

  test('are as many as the point counts, the slowest first', async () => {
    const { series } = await queries.red(RedSearch.parse({ ...busy, step: 10, service: 'payments' }));
    for (const point of series[0]?.points ?? []) {
      const found = await examples({ from: point.at, to: point.at + 10_000, limit: 3 });
      expect(found.matching).toBe(point.calls);
      const durations = found.examples.map((e) => e.durationMs);
      expect(durations).toEqual([...durations].sort((a, b) => b - a));
    }
  });

  test('that fail are those the point counts as errors, with their fault', async () => {
    const { examples: failing, matching } = await examples({ want: 'failing', operation: 'POST /charges' });
    expect(matching).toBe(4);
    expect(failing).toMatchObject(
      Array(4).fill({ service: 'payments', operation: 'POST /charges', error: true, faultId: 'fault-1' }),
    );
  });

  test('of an edge are calls of its caller', async () => {
    const edge = await examples({
      service: 'orders',
      kind: 'client',
      peer: 'payments',
      want: 'newest',
      limit: 1,
    });
    expect(edge).toMatchObject({ matching: 40, examples: [{ service: 'orders', peer: 'payments' }] });
    expect((await examples({ service: 'orders', kind: 'client', peer: 'nobody' })).examples).toEqual([]);
  });
});

describe('interactions', () => {
  test('are synchronous where a service waits for another, a chain ends where a message begins, and a client is no service', async () => {
    expect(await queries.interactions(whole)).toMatchObject({
      // Each order: gateway to orders, orders to payments, notifications to payments; one message.
      ...{ synchronous: 150, asynchronous: 50, synchronousRatio: 0.75 },
      // From orders to payments, which is of another namespace.
      ...{ outward: 50, insideRatio: 2 / 3 },
      ...{ longestChain: ['gateway', 'orders', 'payments'], traces: 50, tracesRead: 50, oneIn: 1 },
    });
  });

  test('of a range without any are unknown', async () => {
    const none = { from: busy.from - 600_000, to: busy.from - 300_000 };
    expect(await queries.interactions(none)).toMatchObject({
      synchronousRatio: null,
      insideRatio: null,
      longestChain: [],
      traces: 0,
    });
  });
});
