import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BREAKER_ATTR,
  EVENT,
  INVARIANT_ATTR,
  METRIC,
  RECEIPT_ATTR,
  SAGA_ATTR,
} from '../contract/telemetry.ts';
import { cellKey, LiveLine, type TrafficCell } from '../contract/timeline.ts';
import type { StoredTimeline, TelemetryQueries } from './queries/index.ts';
import { eventually, SECRET, TestCollector } from './testing/collector.ts';
import {
  hexId,
  kv,
  logRequest,
  metricRequest,
  post,
  type SpanInit,
  traceRequest,
} from './testing/requests.ts';

let collector: TestCollector;
let queries: TelemetryQueries;
const listening = new AbortController();
const lines: LiveLine[] = [];
let heartbeats = 0;
const now = Date.now();
const range = { from: now - 60_000, to: now + 60_000 };

/** Reads /live into `lines` until the test ends. */
async function listen(): Promise<void> {
  const response = await fetch(`${collector.store}/live`, {
    headers: { 'x-clickhouse-key': SECRET },
    signal: listening.signal,
  });
  expect(response.status).toBe(200);
  const body = response.body?.pipeThrough(new TextDecoderStream());
  if (body === undefined) throw new Error('no body');
  void collect(body).catch((cause: unknown) => {
    if (!listening.signal.aborted) throw cause;
  });
}

async function collect(body: ReadableStream<string>): Promise<void> {
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      if (line === '') heartbeats += 1;
      else lines.push(LiveLine.parse(JSON.parse(line)));
    }
  }
}

beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  await listen();
});
afterAll(async () => {
  listening.abort();
  await queries.close();
  await collector.dispose();
});

const http = (route: string, status: number) => [
  kv('http.request.method', 'POST'),
  kv('http.route', route),
  kv('http.response.status_code', status),
];

/** One of each rule of the mapping. */
function spans(): SpanInit[] {
  const cases: Partial<SpanInit>[] = [
    { kind: 2, attributes: http('/orders', 201), durationMs: 31.7 },
    { kind: 2, attributes: http('/orders', 503), durationMs: 2.1 },
    { kind: 2, name: 'no http at all', status: 2 },
    { kind: 3, status: 2, attributes: [...http('', 409), kv('peer.service', 'inventory')] },
    { kind: 3, status: 2, attributes: [...http('', 429), kv('peer.service', 'inventory')] },
    { kind: 3, attributes: [kv('server.address', '127.0.0.1'), kv('server.port', 4110)] },
    { kind: 3, attributes: [kv('http.status_code', 502), kv('net.peer.name', 'old.example')] },
    {
      kind: 3,
      attributes: [kv('db.system.name', 'postgresql'), kv('db.namespace', 'orders')],
      durationMs: 0.02,
    },
    { kind: 3, attributes: [kv('db.system', 'redis')] },
    { kind: 3, attributes: [kv('messaging.system', 'bullmq'), kv('messaging.destination.name', 'n')] },
    { kind: 4, attributes: [kv('messaging.destination.name', 'notifications')] },
    { kind: 5, name: 'process', attributes: [], startMs: now - 700_100, durationMs: 700_000 },
    { kind: 1, name: 'inside' },
    {
      kind: 2,
      attributes: [
        ...http('/charges', 503),
        kv(RECEIPT_ATTR.faultId, 'fault-1'),
        kv(RECEIPT_ATTR.runId, 'run-1'),
        kv(RECEIPT_ATTR.faultType, 'latency'),
        kv(RECEIPT_ATTR.duration, 1.25),
      ],
    },
  ];
  return cases.map((init, i) => ({
    traceId: hexId(i + 1, 16),
    spanId: hexId(i + 1, 8),
    startMs: now - 20 - i * 37.125,
    ...init,
  }));
}

const BREAKER = [kv(BREAKER_ATTR.name, 'payments'), kv('peer.service', 'payments')];
const QUEUE = [kv('messaging.system', 'bullmq'), kv('messaging.destination.name', 'notifications')];

/** A transition, an event of a saga, and a record that is neither. */
function logs() {
  return [
    {
      atMs: now - 1.5,
      eventName: EVENT.breakerOpened,
      traceId: hexId(4, 16),
      attributes: [
        ...BREAKER,
        kv(BREAKER_ATTR.from, 'closed'),
        kv(BREAKER_ATTR.to, 'open'),
        kv(BREAKER_ATTR.reason, 'failure ratio'),
        kv(BREAKER_ATTR.windowCalls, 20),
        kv(BREAKER_ATTR.windowFailures, 12),
        kv(BREAKER_ATTR.windowTimeouts, 3),
        kv(BREAKER_ATTR.windowSeconds, 10),
        kv(BREAKER_ATTR.threshold, 0.5),
        kv(BREAKER_ATTR.volume, 10),
        kv(BREAKER_ATTR.resetTimeout, 5),
      ],
    },
    {
      atMs: now,
      eventName: EVENT.sagaStepFailed,
      traceId: hexId(5, 16),
      attributes: [
        kv(SAGA_ATTR.id, 'saga-1'),
        kv(SAGA_ATTR.type, 'create-order'),
        kv(SAGA_ATTR.mode, 'orchestrated'),
        kv(SAGA_ATTR.step, 'charge'),
        kv(SAGA_ATTR.kind, 'action'),
        kv(SAGA_ATTR.attempt, 2),
        kv(SAGA_ATTR.epoch, 1),
        kv(SAGA_ATTR.owner, 'orders-1'),
        kv(SAGA_ATTR.key, 'saga-1:charge:action'),
        kv(SAGA_ATTR.order, 'order-1'),
        kv(SAGA_ATTR.detail, '503'),
        kv(SAGA_ATTR.amount, 84.9),
      ],
    },
    { atMs: now, body: 'an ordinary record' },
  ];
}

type Attributes = ReturnType<typeof kv>[];
const point = (name: string, value: number, attributes: Attributes, kind: 'gauge' | 'sum' = 'sum') => ({
  ...{ name, value, attributes, kind, atMs: now },
});

function points() {
  const calls = (outcome: string, n: number) =>
    point(METRIC.breakerCalls, n, [...BREAKER, kv(BREAKER_ATTR.outcome, outcome)]);
  const state = (name: string, value: number) =>
    point(METRIC.breakerState, value, [
      ...BREAKER,
      kv(BREAKER_ATTR.state, name),
      kv(BREAKER_ATTR.threshold, 0.5),
    ]);
  const messages = (name: string, n: number) => point(METRIC.queueMessages, n, [...QUEUE, kv('state', name)]);
  return [
    ...[state('closed', 0), state('open', 1)],
    ...[calls('success', 5), calls('failure', 2), calls('rejected', 3)],
    ...[calls('bulkhead_rejected', 1), calls('timeout', 4)],
    point(METRIC.breakerFailureRatio, 0.625, BREAKER, 'gauge'),
    point(METRIC.breakerResetRemaining, 4.5, BREAKER, 'gauge'),
    ...[messages('ready', 7), messages('delayed', 2), messages('in_flight', 1), messages('dead', 3)],
    point(METRIC.queueOldestAge, 1.5, QUEUE, 'gauge'),
    point(METRIC.queueConsumers, 2, QUEUE, 'gauge'),
    point(METRIC.queuePaused, 1, QUEUE, 'gauge'),
    ...[point(METRIC.queueEnqueued, 9, QUEUE), point(METRIC.queueDequeued, 8, QUEUE)],
    ...(['ok', 'pending', 'violated'] as const).map((status) =>
      point(
        METRIC.invariantStatus,
        status === 'violated' ? 1 : 0,
        [kv(INVARIANT_ATTR.id, 'I1'), kv(INVARIANT_ATTR.status, status)],
        'gauge',
      ),
    ),
    point('process.cpu.time', 1, []),
  ];
}

function send(): Promise<Response[]> {
  return Promise.all([
    post(collector.otlp, 'traces', traceRequest('orders', spans())),
    post(collector.otlp, 'logs', logRequest('orders', logs())),
    post(collector.otlp, 'metrics', metricRequest('orders', points())),
  ]);
}

const byKey = (cells: TrafficCell[]) => [...cells].sort((a, b) => (cellKey(a) < cellKey(b) ? -1 : 1));

test('the live line equals what the queries give for the same telemetry', async () => {
  expect((await send()).map((r) => r.status)).toEqual([200, 200, 200]);
  await eventually('an empty spool', async () => ((await queries.stats()).spoolBytes === 0 ? true : null));
  const stored: StoredTimeline = await queries.timeline(range, 1);
  await eventually('three live lines of content', async () => {
    const kinds = ['traffic', 'sagas', 'queues'] as const;
    return kinds.every((k) => lines.some((l) => l[k].length > 0)) ? true : null;
  });
  const live = <K extends keyof StoredTimeline>(key: K) =>
    lines.flatMap((l) => l[key] as StoredTimeline[K][number][]);
  expect(byKey(stored.traffic)).toEqual(byKey(live('traffic') as TrafficCell[]));
  expect(stored.receipts).toEqual(live('receipts'));
  expect(stored.transitions).toEqual(live('transitions'));
  expect(stored.sagas).toEqual(live('sagas'));
  expect(stored.breakers).toEqual(live('breakers'));
  expect(stored.queues).toEqual(live('queues'));
  expect(stored.invariants).toEqual(live('invariants'));
  expect(stored.invariants).toEqual([{ at: now, service: 'orders', id: 'I1', status: 'violated' }]);
  expect(stored.breakers[0]).toMatchObject({
    state: 'open',
    success: 5,
    rejected: 4,
    failureRatio: 0.625,
    threshold: 0.5,
  });
  expect(stored.queues[0]).toMatchObject({
    ready: 7,
    dead: 3,
    oldestAgeMs: 1500,
    enqueued: 9,
    consumers: 2,
    paused: true,
  });
});

test('dataAt is the newest instant of telemetry in the line', () => {
  const newest = Math.max(...lines.map((l) => l.dataAt));
  expect(newest).toBeGreaterThanOrEqual(now);
});

test('a quiet stream still shows that it lives', async () => {
  const before = heartbeats;
  await eventually('a heartbeat', async () => (heartbeats > before ? true : null));
});

test('the stream wants the secret', async () => {
  const response = await fetch(`${collector.store}/live`, { headers: { 'x-clickhouse-key': 'wrong' } });
  expect(response.status).toBe(401);
});

test('when nobody listens nothing is decoded, and a new listener gets new lines only', async () => {
  listening.abort();
  await eventually('no listener', async () => ((await queries.stats()).liveListeners === 0 ? true : null));
  const seen = lines.length;
  await post(
    collector.otlp,
    'traces',
    traceRequest('orders', [{ traceId: hexId(99, 16), spanId: hexId(99, 8) }]),
  );
  expect(lines.length).toBe(seen);
});
