import { metrics } from '@opentelemetry/api';
import { METRIC } from '@stormglass/agents/contract';

/** Newest samples that figures are made of. */
const KEPT = 1_000;

export interface LagFigures {
  /** All null before the first event. Milliseconds. */
  lastMs: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  maxMs: number | null;
  /** How many events these are of. */
  samples: number;
}

/** How long events take from where they happened to where they are seen: metric and newest figures. */
export class Lag {
  readonly #newest: number[] = [];
  readonly #histogram = metrics
    .getMeter('stormglass.projection')
    .createHistogram(METRIC.projectionLag, { unit: 's' });

  /** Of one event that was applied; a clock that runs ahead of ours makes it 0. */
  record(happenedAt: number, appliedAt: number): void {
    const ms = Math.max(0, appliedAt - happenedAt);
    this.#histogram.record(ms / 1_000);
    this.#newest.push(ms);
    if (this.#newest.length > KEPT) this.#newest.shift();
  }

  figures(): LagFigures {
    const sorted = [...this.#newest].sort((a, b) => a - b);
    const at = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
    return {
      lastMs: this.#newest.at(-1) ?? null,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      maxMs: at(1),
      samples: sorted.length,
    };
  }
}
