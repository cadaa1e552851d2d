import { hash } from 'node:crypto';
import { BREAKER_ATTR, BREAKER_STATES, METRIC, SEMCONV } from '../../../contract/telemetry.ts';
import { otlp } from '../../wire/codec.ts';
import { BREAKER_NAMES, BreakerReader, type BreakerReading } from './breakers.ts';
import { Increases } from './increase.ts';
import { ObservedMoves } from './observed.ts';
import { foreignPoints, WantedMetrics } from './points.ts';
import { QUEUE_NAMES, QueueReader, type QueueReading } from './queues.ts';

const WANTED = new WantedMetrics([...BREAKER_NAMES, ...QUEUE_NAMES]);
const SCOPE = { name: 'stormglass.foreign' };
const DELTA = 1;

interface Point {
  attributes: unknown[];
  time_unix_nano: string;
  as_double: number;
}

/** Requests in protobuf to be taken besides the one given; null where there is nothing to say. */
export interface Translated {
  metrics: Uint8Array | null;
  logs: Uint8Array | null;
}

/**
 * Knows the breakers and queues of other libraries in a metrics request, and says them once more by our names, so that live
 * view and stored view show them as their own. What came is stored as it came; this is added to it.
 */
export class ForeignMetrics {
  readonly #increases = new Increases();
  readonly #breakers = new BreakerReader(this.#increases);
  readonly #queues = new QueueReader(this.#increases);
  readonly #moves = new ObservedMoves();

  translate(request: Uint8Array): Translated {
    const groups = foreignPoints(request, WANTED);
    if (groups === null) return { metrics: null, logs: null };
    const resource_logs: object[] = [];
    const resource_metrics = groups.flatMap(({ resource, points }) => {
      // It is remembered with each breaker and series, and may be of any size.
      const origin = hash('sha1', JSON.stringify(resource ?? null), 'base64');
      const gauges = new Map<string, Point[]>();
      const sums = new Map<string, Point[]>();
      const breakers = this.#breakers.read(points, origin);
      for (const reading of breakers) sayBreaker(reading, gauges, sums);
      const log_records = this.#moves.records(breakers, origin);
      if (log_records.length > 0)
        resource_logs.push({ resource, scope_logs: [{ scope: SCOPE, log_records }] });
      for (const reading of this.#queues.read(points, origin)) sayQueue(reading, gauges, sums);
      const metrics = [
        ...[...gauges].map(([name, data_points]) => ({ name, gauge: { data_points } })),
        ...[...sums].map(([name, data_points]) => ({
          name,
          sum: { data_points, aggregation_temporality: DELTA, is_monotonic: true },
        })),
      ];
      return metrics.length === 0 ? [] : [{ resource, scope_metrics: [{ scope: SCOPE, metrics }] }];
    });
    return {
      metrics: resource_metrics.length === 0 ? null : otlp.encodeRequest('metrics', { resource_metrics }),
      logs: resource_logs.length === 0 ? null : otlp.encodeRequest('logs', { resource_logs }),
    };
  }
}

function add(to: Map<string, Point[]>, name: string, at: string, value: number, attributes: object): void {
  const point: Point = {
    time_unix_nano: at,
    as_double: value,
    attributes: Object.entries(attributes).map(([key, text]) => ({ key, value: { string_value: text } })),
  };
  const points = to.get(name);
  if (points === undefined) to.set(name, [point]);
  else points.push(point);
}

function sayBreaker(reading: BreakerReading, gauges: Map<string, Point[]>, sums: Map<string, Point[]>): void {
  const { at, name, peer, state } = reading;
  const self = { [BREAKER_ATTR.name]: name, ...(peer === '' ? {} : { [SEMCONV.peerService[0]]: peer }) };
  if (state !== null) {
    for (const each of BREAKER_STATES)
      add(gauges, METRIC.breakerState, at, Number(each === state), { ...self, [BREAKER_ATTR.state]: each });
  }
  if (reading.failureRatio !== null) add(gauges, METRIC.breakerFailureRatio, at, reading.failureRatio, self);
  for (const [outcome, calls] of Object.entries(reading.calls))
    if (calls > 0) add(sums, METRIC.breakerCalls, at, calls, { ...self, [BREAKER_ATTR.outcome]: outcome });
}

const FLOW = {
  enqueued: METRIC.queueEnqueued,
  dequeued: METRIC.queueDequeued,
  redelivered: METRIC.queueRedeliveries,
} as const;

function sayQueue(reading: QueueReading, gauges: Map<string, Point[]>, sums: Map<string, Point[]>): void {
  const { at, system, queue, consumers } = reading;
  const self = { [SEMCONV.messagingSystem[0]]: system, [SEMCONV.destination[0]]: queue };
  for (const [state, messages] of Object.entries(reading.messages))
    add(gauges, METRIC.queueMessages, at, messages, { ...self, state });
  if (consumers !== null) add(gauges, METRIC.queueConsumers, at, consumers, self);
  for (const [flow, messages] of Object.entries(reading.flow))
    if (messages > 0) add(sums, FLOW[flow as keyof typeof FLOW], at, messages, self);
}
