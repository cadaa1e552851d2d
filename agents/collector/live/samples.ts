import { BREAKER_ATTR, INVARIANT_ATTR, METRIC, SEMCONV } from '../../contract/telemetry.ts';
import {
  type BreakerSample,
  INVARIANT_STATUSES,
  type InvariantSample,
  type QueueSample,
} from '../../contract/timeline.ts';
import type { WireReader } from '../wire/reader.ts';
import { readAttribute, type Scalar, WantedKeys } from '../wire/value.ts';
import { breakerState } from './events.ts';
import { eachItem, type Origin, pick, text } from './resource.ts';

/** Attribute with which a queue gauge says which messages it counts: ready, delayed, in_flight, dead. */
export const QUEUE_STATE_NAMES = ['messaging.queue.state', 'messaging.queue.message.state', 'state'] as const;
const BREAKER_METRICS = new Set<string>([
  METRIC.breakerState,
  METRIC.breakerCalls,
  METRIC.breakerFailureRatio,
  METRIC.breakerResetRemaining,
]);
const QUEUE_METRICS = new Set<string>([
  METRIC.queueMessages,
  METRIC.queueOldestAge,
  METRIC.queueRedeliveries,
  METRIC.queueEnqueued,
  METRIC.queueDequeued,
  METRIC.queueConsumers,
  METRIC.queuePaused,
]);
const WANTED = new WantedKeys([
  ...Object.values(BREAKER_ATTR),
  ...SEMCONV.peerService,
  ...SEMCONV.messagingSystem,
  ...SEMCONV.destination,
  ...QUEUE_STATE_NAMES,
  ...Object.values(INVARIANT_ATTR),
]);

/** One data point of a breaker's, a queue's or an invariant's metric. */
export interface Point {
  metric: string;
  /** Epoch milliseconds. */
  at: number;
  value: number;
  attributes: ReadonlyMap<string, Scalar>;
}

/** Samples of one request: a sample is what one process said of one breaker, queue or invariant in one collection. */
class SampleGroups {
  readonly breakers = new Map<string, BreakerSample>();
  readonly queues = new Map<string, QueueSample>();
  readonly invariants = new Map<string, InvariantSample>();

  add(point: Point, origin: Origin): void {
    if (BREAKER_METRICS.has(point.metric)) this.#breaker(point, origin);
    else if (QUEUE_METRICS.has(point.metric)) this.#queue(point);
    else this.#invariant(point, origin);
  }

  /** Each status has a point, and the one that is true has value 1. */
  #invariant({ at, value, attributes }: Point, { service }: Origin): void {
    const id = text(attributes, INVARIANT_ATTR.id);
    const said = text(attributes, INVARIANT_ATTR.status);
    const status = INVARIANT_STATUSES.find((known) => known === said);
    if (value === 1 && status !== undefined) {
      this.invariants.set(`${service}|${id}|${at}`, { at, service, id, status });
    }
  }

  #breaker(point: Point, origin: Origin): void {
    const name = text(point.attributes, BREAKER_ATTR.name);
    const key = `${origin.service}|${origin.instance}|${name}|${point.at}`;
    let sample = this.breakers.get(key);
    if (sample === undefined) {
      sample = emptyBreaker(point.at, origin, name);
      this.breakers.set(key, sample);
    }
    applyBreaker(sample, point);
  }

  #queue(point: Point): void {
    const queue = pick(point.attributes, SEMCONV.destination);
    const key = `${queue}|${point.at}`;
    let sample = this.queues.get(key);
    if (sample === undefined) {
      sample = emptyQueue(point.at, pick(point.attributes, SEMCONV.messagingSystem), queue);
      this.queues.set(key, sample);
    }
    applyQueue(sample, point);
  }
}

function emptyBreaker(at: number, origin: Origin, name: string): BreakerSample {
  return {
    ...{ at, service: origin.service, instance: origin.instance, name, peer: '', state: 'closed' as const },
    ...{ success: 0, failure: 0, timeout: 0, rejected: 0 },
    ...{ failureRatio: null, resetRemainingMs: null, threshold: null, volume: null },
  };
}

function emptyQueue(at: number, system: string, queue: string): QueueSample {
  return {
    ...{ at, system, queue, ready: 0, delayed: 0, inFlight: null, dead: 0, oldestAgeMs: null },
    ...{ enqueued: 0, dequeued: 0, redelivered: 0, consumers: null, paused: null },
  };
}

function applyBreaker(sample: BreakerSample, { metric, value, attributes: a }: Point): void {
  sample.peer ||= pick(a, SEMCONV.peerService);
  const threshold = a.get(BREAKER_ATTR.threshold);
  const volume = a.get(BREAKER_ATTR.volume);
  if (threshold !== undefined && threshold !== '') sample.threshold = Number(threshold);
  if (volume !== undefined && volume !== '') sample.volume = Number(volume);
  switch (metric) {
    case METRIC.breakerState:
      if (value === 1) sample.state = breakerState(text(a, BREAKER_ATTR.state));
      break;
    case METRIC.breakerFailureRatio:
      sample.failureRatio = value;
      break;
    case METRIC.breakerResetRemaining:
      sample.resetRemainingMs = value * 1000;
      break;
    case METRIC.breakerCalls:
      countCalls(sample, text(a, BREAKER_ATTR.outcome), value);
      break;
  }
}

function countCalls(sample: BreakerSample, outcome: string, calls: number): void {
  switch (outcome) {
    case 'success':
      sample.success += calls;
      break;
    case 'failure':
      sample.failure += calls;
      break;
    case 'timeout':
      sample.timeout += calls;
      break;
    case 'rejected':
    case 'bulkhead_rejected':
      sample.rejected += calls;
      break;
  }
}

function applyQueue(sample: QueueSample, { metric, value, attributes }: Point): void {
  switch (metric) {
    case METRIC.queueMessages:
      countMessages(sample, pick(attributes, QUEUE_STATE_NAMES), value);
      break;
    case METRIC.queueOldestAge:
      sample.oldestAgeMs = value * 1000;
      break;
    case METRIC.queueRedeliveries:
      sample.redelivered += value;
      break;
    case METRIC.queueEnqueued:
      sample.enqueued += value;
      break;
    case METRIC.queueDequeued:
      sample.dequeued += value;
      break;
    case METRIC.queueConsumers:
      sample.consumers = value;
      break;
    case METRIC.queuePaused:
      sample.paused = value > 0;
      break;
  }
}

function countMessages(sample: QueueSample, state: string, messages: number): void {
  switch (state) {
    case 'ready':
      sample.ready = messages;
      break;
    case 'delayed':
      sample.delayed = messages;
      break;
    case 'in_flight':
      sample.inFlight = messages;
      break;
    case 'dead':
      sample.dead = messages;
      break;
  }
}

/** Breaker, queue and invariant points of a metrics request, as samples. */
export function mapSamples(request: WireReader): SampleGroups {
  const groups = new SampleGroups();
  eachItem(request, (metric, origin) => eachPoint(metric, (point) => groups.add(point, origin)));
  return groups;
}

function eachPoint(metric: WireReader, visit: (point: Point) => void): void {
  const start = metric.pos;
  let name = '';
  while (metric.next()) {
    if (metric.field === 1) name = metric.shortText();
    else metric.skip();
  }
  if (!BREAKER_METRICS.has(name) && !QUEUE_METRICS.has(name) && name !== METRIC.invariantStatus) return;
  metric.pos = start;
  while (metric.next()) {
    // Gauge and sum hold the same number data points.
    if (metric.field === 5 || metric.field === 7) eachNumber(metric.message(), name, visit);
    else metric.skip();
  }
}

function eachNumber(data: WireReader, metric: string, visit: (point: Point) => void): void {
  while (data.next()) {
    if (data.field === 1) visit(readPoint(data.message(), metric));
    else data.skip();
  }
}

function readPoint(reader: WireReader, metric: string): Point {
  const attributes = new Map<string, Scalar>();
  let at = 0;
  let value = 0;
  while (reader.next()) {
    switch (reader.field) {
      case 3:
        at = Number(reader.fixed64() / 1000n) / 1000;
        break;
      case 4:
        value = reader.double();
        break;
      case 6:
        value = Number(reader.sfixed64());
        break;
      case 7:
        readAttribute(reader.message(), WANTED, attributes);
        break;
      default:
        reader.skip();
    }
  }
  return { metric, at, value, attributes };
}
