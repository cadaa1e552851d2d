import { expect, test } from 'vitest';
import type { BreakerTransition } from '../../../contract/timeline.ts';
import { mapEvents } from '../../live/events.ts';
import { mapSamples } from '../../live/samples.ts';
import { jsonToProtobuf } from '../../wire/json.ts';
import { WireReader } from '../../wire/reader.ts';
import { ForeignMetrics } from './translate.ts';

/** The same libraries by OTLP: their names with points, their resources, both temporalities. */
type Data = { gauge: object } | { sum: object } | { histogram: object };
const CUMULATIVE = 2;
const DELTA = 1;

const pairs = (values: Record<string, string>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: { stringValue: value } }));
const point = (attributes: Record<string, string>, value: number) => ({
  attributes: pairs(attributes),
  timeUnixNano: '1795000000000000000',
  asDouble: value,
});
const counter = (aggregationTemporality: number, ...dataPoints: object[]) => ({
  sum: { dataPoints, aggregationTemporality, isMonotonic: true },
});

function request(metrics: Record<string, Data>, resource: Record<string, string> = {}): Uint8Array {
  const list = Object.entries(metrics).map(([name, data]) => ({ name, ...data }));
  const resourceMetrics = [
    {
      resource: { attributes: pairs({ 'service.name': 'shop', ...resource }) },
      scopeMetrics: [{ metrics: list }],
    },
  ];
  return jsonToProtobuf('metrics', Buffer.from(JSON.stringify({ resourceMetrics })));
}

function samples(foreign: ForeignMetrics, ...requests: Uint8Array[]) {
  const ours = requests.map((bytes) => foreign.translate(bytes).metrics).at(-1) ?? null;
  if (ours === null) return null;
  const { breakers, queues } = mapSamples(new WireReader(ours));
  return { breakers: [...breakers.values()], queues: [...queues.values()] };
}

test('resilience4j: states as a set, a timer by its count, what is new since the request before', () => {
  const at = (calls: number) => {
    const name = 'backendA';
    const timer = (kind: string, count: number) => ({
      ...{ attributes: pairs({ name, kind }), timeUnixNano: '1795000000000000000' },
      ...{ count: String(count), sum: 1, bucketCounts: [String(count)], explicitBounds: [] },
    });
    return request({
      'resilience4j.circuitbreaker.state': {
        gauge: { dataPoints: [point({ name, state: 'half_open' }, 1), point({ name, state: 'open' }, 0)] },
      },
      'resilience4j.circuitbreaker.failure.rate': { gauge: { dataPoints: [point({ name }, 25)] } },
      'resilience4j.circuitbreaker.calls': {
        histogram: {
          dataPoints: [timer('successful', calls), timer('failed', calls * 2), timer('ignored', calls)],
          aggregationTemporality: CUMULATIVE,
        },
      },
      'resilience4j.circuitbreaker.not.permitted.calls': counter(CUMULATIVE, point({ name }, calls)),
    });
  };
  const foreign = new ForeignMetrics();
  // Of the first one it is not known how many of its calls are new.
  expect(samples(foreign, at(10))?.breakers).toMatchObject([{ success: 0, failure: 0, rejected: 0 }]);
  expect(samples(foreign, at(13))).toMatchObject({
    breakers: [
      {
        ...{ service: 'shop', name: 'backendA', state: 'half_open', failureRatio: 0.25 },
        ...{ success: 3, failure: 6, rejected: 3 },
      },
    ],
    queues: [],
  });
  // It was started again.
  expect(samples(foreign, at(2))?.breakers).toMatchObject([{ success: 2, failure: 4, rejected: 2 }]);
});

test('Envoy: counters of one cluster are told apart by their names', () => {
  const at = (timeouts: number, refused: number) =>
    request({
      'envoy.cluster.upstream_rq_timeout': counter(
        CUMULATIVE,
        point({ 'envoy.cluster_name': 'b' }, timeouts),
      ),
      'envoy.cluster.upstream_rq_pending_overflow': counter(
        CUMULATIVE,
        point({ 'envoy.cluster_name': 'b' }, refused),
      ),
    });
  expect(samples(new ForeignMetrics(), at(10, 100), at(11, 107))?.breakers).toMatchObject([
    { name: 'b', timeout: 1, rejected: 7 },
  ]);
});

test('Polly: events of a breaker only, cumulative or since the point before', () => {
  const event = (name: string, n: number) =>
    point({ 'event.name': name, 'pipeline.name': 'p', 'strategy.name': 'breaker' }, n);
  for (const temporality of [CUMULATIVE, DELTA]) {
    const at = (...points: object[]) =>
      request({ 'resilience.polly.strategy.events': counter(temporality, ...points) });
    const foreign = new ForeignMetrics();
    expect(samples(foreign, at(event('OnRetry', 3)))).toBeNull();
    expect(samples(foreign, at(event('OnCircuitOpened', 1)))?.breakers).toMatchObject([
      { name: 'p/breaker', state: 'open' },
    ]);
    const opened = temporality === DELTA ? [] : [event('OnCircuitOpened', 1)];
    const after = samples(
      foreign,
      at(...opened, event('OnCircuitHalfOpened', 1), event('OnCircuitClosed', 1)),
    );
    expect(after?.breakers).toMatchObject([{ state: 'closed' }]);
  }
});

test("queues of the Collector's receivers: RabbitMQ by resource, Kafka by partition; BullMQ's own", () => {
  const rabbit = request(
    {
      'rabbitmq.message.current': {
        sum: {
          dataPoints: [point({ state: 'ready' }, 8), point({ state: 'unacknowledged' }, 2)],
          aggregationTemporality: CUMULATIVE,
        },
      },
      'rabbitmq.consumer.count': { sum: { dataPoints: [point({}, 1)], aggregationTemporality: CUMULATIVE } },
    },
    { 'rabbitmq.queue.name': 'orders', 'rabbitmq.vhost.name': 'dev' },
  );
  expect(samples(new ForeignMetrics(), rabbit)?.queues).toMatchObject([
    { system: 'rabbitmq', queue: 'dev/orders', ready: 8, inFlight: 2, consumers: 1 },
  ]);
  const lag = (partition: string, n: number) => point({ group: 'billing', topic: 'payments', partition }, n);
  const kafka = request({
    // Before a group's first commit the lag is -1: nothing is known of that partition.
    'kafka.consumer_group.lag': { gauge: { dataPoints: [lag('0', 40), lag('1', 2), lag('2', -1)] } },
    'kafka.consumer_group.lag_sum': {
      gauge: { dataPoints: [point({ group: 'billing', topic: 'payments' }, 41)] },
    },
  });
  expect(samples(new ForeignMetrics(), kafka)?.queues).toMatchObject([
    { system: 'kafka', queue: 'payments (billing)', ready: 42, inFlight: null },
  ]);
  const jobs = (state: string, n: number) =>
    point({ 'bullmq.queue.name': 'mails', 'bullmq.queue.jobs.state': state }, n);
  const done = (n: number) =>
    request({
      'bullmq.queue.jobs': { gauge: { dataPoints: [jobs('waiting', 6), jobs('failed', 1)] } },
      'bullmq.jobs.completed': counter(CUMULATIVE, point({ 'bullmq.queue.name': 'mails' }, n)),
    });
  expect(samples(new ForeignMetrics(), done(5), done(9))?.queues).toMatchObject([
    { system: 'bullmq', queue: 'mails', ready: 6, dead: 1, dequeued: 4 },
  ]);
});

test('a breaker which is found in another state than before has moved; the first state is no move', () => {
  const foreign = new ForeignMetrics();
  const moves = (state: string, instance = 'a', name = 'bank') => {
    const metrics = {
      'resilience4j.circuitbreaker.state': { gauge: { dataPoints: [point({ name, state }, 1)] } },
    };
    const { logs } = foreign.translate(request(metrics, { 'service.instance.id': instance }));
    const found: BreakerTransition[] = [];
    const sink = { transition: (t: BreakerTransition) => found.push(t), saga: () => undefined };
    if (logs !== null) mapEvents(new WireReader(logs), sink);
    return found.map(({ service, instance, from, to, reason }) =>
      [service, instance, from, to, reason].join(' '),
    );
  };
  expect(moves('open')).toEqual([]);
  expect(moves('open')).toEqual([]);
  expect(moves('half_open')).toEqual(['shop a open half_open observed']);
  // Another instance, another breaker.
  expect(moves('closed', 'b')).toEqual([]);
  expect(moves('closed', 'a', 'mail')).toEqual([]);
  expect(moves('closed')).toEqual(['shop a half_open closed observed']);
  expect(moves('metrics_only')).toEqual(['shop a closed disabled observed']);
});

test('breakers without end are forgotten, the one that was silent longest first', () => {
  const foreign = new ForeignMetrics();
  const say = (state: string, names: string[]) => {
    const dataPoints = names.map((name) => point({ name, state }, 1));
    return foreign.translate(request({ 'resilience4j.circuitbreaker.state': { gauge: { dataPoints } } }))
      .logs;
  };
  say('closed', ['first', 'second']);
  say(
    'closed',
    Array.from({ length: 9_999 }, (_, i) => `other ${i}`),
  );
  expect(say('open', ['first'])).toBeNull();
  expect(say('open', ['other 9998'])).not.toBeNull();
  expect(say('open', ['x'.repeat(1000)])).toBeNull();
});

test('everything else is left alone', () => {
  const other = request({
    'http.server.duration': { gauge: { dataPoints: [point({}, 1)] } },
    circuit: counter(CUMULATIVE, point({ name: 'an electrical one' }, 1)),
  });
  expect(samples(new ForeignMetrics(), other)).toBeNull();
});
