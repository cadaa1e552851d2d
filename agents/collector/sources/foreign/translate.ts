import { BREAKER_ATTR, BREAKER_STATES, METRIC, SEMCONV } from '../../../contract/telemetry.ts';
import { otlp } from '../../wire/codec.ts';
import { BREAKER_NAMES, BreakerReader, type BreakerReading } from './breakers.ts';
import { Increases } from './increase.ts';
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

/**
 * Knows the breakers and queues of other libraries in a metrics request, and says them once more by our names, so that live
 * view and stored view show them as their own. What came is stored as it came; this is added to it.
 */
export class ForeignMetrics {
  readonly #increases = new Increases();
  readonly #breakers = new BreakerReader(this.#increases);
  readonly #queues = new QueueReader(this.#increases);

  /** A metrics request in protobuf to be taken besides the one given; null when nothing in it is known. */
  translate(request: Uint8Array): Uint8Array | null {
    const groups = foreignPoints(request, WANTED);
    if (groups === null) return null;
    const resource_metrics = groups.flatMap(({ resource, points }) => {
      const origin = JSON.stringify(resource ?? null);
      const gauges = new Map<string, Point[]>();
      const sums = new Map<string, Point[]>();
      for (const reading of this.#breakers.read(points, origin)) sayBreaker(reading, gauges, sums);
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
    return resource_metrics.length === 0 ? null : otlp.encodeRequest('metrics', { resource_metrics });
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
