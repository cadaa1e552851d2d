import { metrics } from '@opentelemetry/api';
import { METRIC } from '../contract/index.ts';
import type { Clock } from '../node/clock.ts';
import type { QueueReading } from './collector.ts';
import { exposeQueues } from './prometheus.ts';

/** A reading older than this is not reported: what is not known is not drawn. */
const FRESH_MS = 4_000;

/** Turns readings into the METRIC.queue* instruments. */
export class QueueReport {
  readonly #clock: Clock;
  readonly #system: string;
  readonly #latest = new Map<string, { at: number; reading: QueueReading }>();
  readonly #meter = metrics.getMeter('stormglass.queues');
  readonly #enqueued = this.#meter.createCounter(METRIC.queueEnqueued, { unit: '{message}' });
  readonly #dequeued = this.#meter.createCounter(METRIC.queueDequeued, { unit: '{message}' });
  readonly #redelivered = this.#meter.createCounter(METRIC.queueRedeliveries, { unit: '{message}' });
  readonly #deadLettered = this.#meter.createCounter(METRIC.queueDeadLetters, { unit: '{message}' });

  constructor(system: string, clock: Clock) {
    this.#system = system;
    this.#clock = clock;
    const messages = this.#meter.createObservableUpDownCounter(METRIC.queueMessages, { unit: '{message}' });
    const age = this.#meter.createObservableGauge(METRIC.queueOldestAge, { unit: 's' });
    const consumers = this.#meter.createObservableGauge(METRIC.queueConsumers, { unit: '{consumer}' });
    const paused = this.#meter.createObservableGauge(METRIC.queuePaused, { unit: '1' });
    this.#meter.addBatchObservableCallback(
      (result) => {
        for (const { queue, reading } of this.#fresh()) {
          result.observe(messages, reading.ready, { ...queue, state: 'ready' });
          result.observe(messages, reading.delayed, { ...queue, state: 'delayed' });
          if (reading.inFlight !== null) {
            result.observe(messages, reading.inFlight, { ...queue, state: 'in_flight' });
          }
          result.observe(messages, reading.dead, { ...queue, state: 'dead' });
          if (reading.oldestAgeMs !== null) result.observe(age, reading.oldestAgeMs / 1000, queue);
          if (reading.consumers !== null) result.observe(consumers, reading.consumers, queue);
          if (reading.paused !== null) result.observe(paused, reading.paused ? 1 : 0, queue);
        }
      },
      [messages, age, consumers, paused],
    );
    exposeQueues(() => this.#readings());
  }

  add(readings: readonly QueueReading[]): void {
    for (const reading of readings) {
      const queue = this.#attributes(reading.queue);
      this.#latest.set(reading.queue, { at: this.#clock.monotonic(), reading });
      this.#enqueued.add(reading.enqueued, queue);
      this.#dequeued.add(reading.dequeued, queue);
      this.#redelivered.add(reading.redelivered, queue);
      this.#deadLettered.add(reading.deadLettered, queue);
    }
  }

  *#fresh() {
    const limit = this.#clock.monotonic() - FRESH_MS;
    for (const [name, { at, reading }] of this.#latest) {
      if (at >= limit) yield { queue: this.#attributes(name), reading };
    }
  }

  *#readings() {
    for (const { reading } of this.#fresh()) yield { system: this.#system, reading };
  }

  #attributes(queue: string) {
    return { 'messaging.system': this.#system, 'messaging.destination.name': queue };
  }
}
