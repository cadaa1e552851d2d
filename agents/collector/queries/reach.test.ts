import { afterAll, beforeAll, expect, test } from 'vitest';
import { RECEIPT_ATTR } from '../../contract/telemetry.ts';
import { eventually, TestCollector } from '../testing/collector.ts';
import { hexId, kv, post, type SpanInit, traceRequest } from '../testing/requests.ts';
import type { TelemetryQueries } from './index.ts';

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;
const start = Math.floor(Date.now() / 1000) * 1000 - 120_000;
const range = { from: start, to: start + 60_000 };
const route = [kv('http.request.method', 'POST'), kv('http.route', '/orders')];
const queue = [kv('messaging.system', 'bullmq'), kv('messaging.destination.name', 'mails')];
const receipt = (fault: string) => kv(RECEIPT_ATTR.faultId, fault);

/**
 * One order each second: gateway calls orders, which calls payments and sends a mail; notifications take it in a trace
 * of its own that links to the message. `on` carries the receipt.
 */
function order(n: number, on: 'nothing' | 'edge' | 'payments' | 'gateway', fault = 'fault-1') {
  const id = (k: number) => hexId(n * 100 + k, 8);
  const mark = (where: string) => (where === on ? [receipt(fault)] : []);
  const span = (k: number, parent: number, kind: number, attributes: SpanInit['attributes']): SpanInit => ({
    ...{ traceId: hexId(n, 16), spanId: id(k), kind, startMs: start + n * 1000, durationMs: 20 },
    ...(parent === 0 ? {} : { parentSpanId: id(parent) }),
    attributes: attributes ?? [],
  });
  return {
    gateway: [
      span(1, 0, SERVER, [...route, ...mark('gateway')]),
      span(2, 1, CLIENT, [kv('peer.service', 'orders')]),
    ],
    orders: [
      span(3, 2, SERVER, route),
      span(4, 3, CLIENT, [kv('peer.service', 'payments'), ...mark('edge')]),
      span(5, 3, PRODUCER, queue),
    ],
    payments: [span(6, 4, SERVER, [...route, ...mark('payments')])],
    notifications: [
      {
        ...{ traceId: hexId(n + 5_000, 16), spanId: id(7), kind: CONSUMER, startMs: start + n * 1000 + 50 },
        ...{ attributes: queue, links: [{ traceId: hexId(n, 16), spanId: id(5) }] },
      },
    ],
  };
}

let collector: TestCollector;
let queries: TelemetryQueries;

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  const orders = [
    ...Array.from({ length: 10 }, (_, n) => order(n + 1, 'nothing')),
    // The receipt on the caller's span: payments is below it.
    ...Array.from({ length: 4 }, (_, n) => order(n + 11, 'edge')),
    ...Array.from({ length: 3 }, (_, n) => order(n + 15, 'payments')),
    // At the door: everything else is below it, the mail in its own trace included.
    ...Array.from({ length: 2 }, (_, n) => order(n + 18, 'gateway')),
    order(20, 'payments', 'somebody-elses'),
    // After the range.
    order(70, 'gateway'),
  ];
  // On its way still: the gateway has not answered, and what it answers comes last.
  const underWay = { ...order(90, 'nothing'), gateway: [] };
  orders.push(underWay);
  for (const service of ['gateway', 'orders', 'payments', 'notifications'] as const) {
    const spans = orders.flatMap((one) => one[service]);
    expect((await post(collector.otlp, 'traces', traceRequest(service, spans))).status).toBe(200);
  }
  await eventually('everything loaded', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
});
afterAll(async () => {
  await queries.close();
  await collector.dispose();
});

test('faults reach the requests that carry a receipt and those below one, across calls, messages and traces', async () => {
  expect(await queries.reach(['fault-1'], range)).toEqual({
    // Twenty orders of three services and a mail each.
    requests: 80,
    // payments three times, gateway twice.
    hurt: 5,
    // payments below the edge four times; orders, payments and the mail below gateway twice.
    descended: 4 + 2 * 3,
    // 4 + 3 + 2 with a receipt and the mails of each; the order after the range is still around it.
    tracesRead: 20,
    oneIn: 1,
  });
});

test('faults that touched no span have reached nobody', async () => {
  expect(await queries.reach(['fault-9'], range)).toEqual({
    ...{ requests: 80, hurt: 0, descended: 0, tracesRead: 0, oneIn: 1 },
  });
});

test('several faults count together, each request once', async () => {
  const { hurt, descended } = await queries.reach(['fault-1', 'somebody-elses'], range);
  expect([hurt, descended]).toEqual([6, 10]);
});

test('journeys are the traces of a range as the first service answered them, in order', async () => {
  const journeys = await queries.journeys(range);
  expect(journeys).toHaveLength(20);
  expect(journeys[0]).toEqual({
    ...{ traceId: hexId(1, 16), service: 'gateway', operation: 'POST /orders' },
    ...{ startMs: start + 1000, durationMs: 20, error: false },
  });
  // One that began before the range is none of it, whatever of it lies inside.
  expect(await queries.journeys({ from: start + 5_001, to: range.to })).toHaveLength(15);
});

test('journeys tell which places they pass, messages in traces of their own among them', async () => {
  const { journeys, oneIn } = await queries.journeyPaths(range);
  const all = (kind: string, service: string, peer = '') => ({ kind, service, peer, traces: 20 });
  expect({ journeys, oneIn }).toEqual({
    oneIn: 1,
    journeys: [
      {
        ...{ service: 'gateway', operation: 'POST /orders', traces: 20 },
        places: expect.arrayContaining([
          ...['gateway', 'orders', 'payments'].map((service) => all('server', service)),
          ...[all('client', 'gateway', 'orders'), all('client', 'orders', 'payments')],
          ...[all('producer', 'orders', 'mails'), all('consumer', 'notifications', 'mails')],
        ]),
      },
    ],
  });
});

test('a trace whose first answer has not come in is no journey from further inside', async () => {
  const { journeys } = await queries.journeyPaths({ from: start, to: start + 100_000 });
  expect(journeys.map(({ service, traces }) => [service, traces])).toEqual([['gateway', 21]]);
});
