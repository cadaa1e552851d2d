import { metrics } from '@opentelemetry/api';
import { METRIC, SAGA_ATTR } from '../contract/index.ts';
import type { SagaRecord } from './saga-record.ts';

/** Sagas remembered for their duration; beyond it the oldest is forgotten and makes no sample. */
const MAX_OPEN = 10_000;

interface Open {
  /** Epoch ms; null when it was started by a former life of the service. */
  since: number | null;
  type: string;
}

/** Counters of what was recorded, and how many sagas this process has open now. */
class SagaMetrics {
  readonly #open = new Map<string, Open>();
  readonly #started;
  readonly #completed;
  readonly #compensations;
  readonly #duration;
  readonly #stepDuration;

  constructor() {
    const meter = metrics.getMeter('stormglass.saga');
    this.#started = meter.createCounter(METRIC.sagaStarted, { unit: '{saga}' });
    this.#completed = meter.createCounter(METRIC.sagaCompleted, { unit: '{saga}' });
    this.#compensations = meter.createCounter(METRIC.sagaCompensations, { unit: '{step}' });
    this.#duration = meter.createHistogram(METRIC.sagaDuration, { unit: 's' });
    this.#stepDuration = meter.createHistogram(METRIC.sagaStepDuration, { unit: 's' });
    meter.createObservableUpDownCounter(METRIC.sagaActive, { unit: '{saga}' }).addCallback((result) => {
      const byType = new Map<string, number>();
      for (const { type } of this.#open.values()) byType.set(type, (byType.get(type) ?? 0) + 1);
      for (const [type, count] of byType) result.observe(count, { [SAGA_ATTR.type]: type });
    });
  }

  record(record: SagaRecord): void {
    const attributes = {
      [SAGA_ATTR.type]: record.type,
      [SAGA_ATTR.mode]: record.mode ?? 'orchestrated',
    };
    const at = record.at ?? Date.now();
    if (record.event === 'started') this.#started.add(1, attributes);
    if (record.event === 'compensated') {
      this.#compensations.add(1, { ...attributes, [SAGA_ATTR.step]: record.step ?? '' });
    }
    if (record.event !== 'completed') {
      this.#remember(record, record.event === 'started' ? at : null);
      return;
    }
    const since = this.#open.get(record.sagaId)?.since ?? null;
    this.#open.delete(record.sagaId);
    const ended = { ...attributes, [SAGA_ATTR.outcome]: record.outcome ?? '' };
    this.#completed.add(1, ended);
    if (since !== null) this.#duration.record(Math.max(0, at - since) / 1000, ended);
  }

  /** One call of a step, whatever came of it. */
  step(step: string, kind: string, seconds: number): void {
    this.#stepDuration.record(seconds, { [SAGA_ATTR.step]: step, [SAGA_ATTR.kind]: kind });
  }

  #remember({ sagaId, type }: SagaRecord, since: number | null): void {
    if (this.#open.has(sagaId)) return;
    if (this.#open.size >= MAX_OPEN) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    this.#open.set(sagaId, { since, type });
  }
}

let instance: SagaMetrics | undefined;

/** Made at the first saga: by then the agent, if there is one, has put the meter provider in place. */
export function sagaMetrics(): SagaMetrics {
  instance ??= new SagaMetrics();
  return instance;
}
