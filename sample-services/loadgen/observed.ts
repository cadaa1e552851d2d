import { metrics } from '@opentelemetry/api';
import { METRIC } from '@stormglass/agents/contract';
import { build, type Histogram } from 'hdr-histogram-js';

/** What customers do. */
export type Deed = 'order' | 'look' | 'cancel';
/**
 * What came of it, as the customer sees it: `refused` by the business (declined card, too late to cancel), `limited` by
 * the rate limit, `failed` is every answer of 5xx, none in time, or none at all.
 */
export type Outcome = 'ok' | 'pending' | 'refused' | 'limited' | 'failed';

const LIMIT_MS = 60_000;

interface Latency {
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
  max: number;
  count: number;
}

export interface DeedReport {
  outcomes: Record<Outcome, number>;
  latency: Latency;
}

class DeedBook {
  readonly outcomes: Record<Outcome, number> = { ok: 0, pending: 0, refused: 0, limited: 0, failed: 0 };
  /** 1 ms to LIMIT_MS, with an error below 0.1 %. */
  readonly latency: Histogram = build({ highestTrackableValue: LIMIT_MS, numberOfSignificantValueDigits: 3 });
}

/**
 * The customers' own view. Latency counts from the moment at which a customer wanted to act, not from when this process
 * came round to send his request: a stall, ours or the shop's, is felt by everybody who arrived during it, so no time is
 * omitted (coordinated omission).
 */
export class Observed {
  readonly #books: Record<Deed, DeedBook> = {
    order: new DeedBook(),
    look: new DeedBook(),
    cancel: new DeedBook(),
  };
  readonly #requests = metrics.getMeter('stormglass.load').createCounter(METRIC.loadRequests, {
    unit: '{request}',
    description: 'requests by what their customer saw',
  });
  readonly #latency = metrics.getMeter('stormglass.load').createHistogram(METRIC.loadLatency, {
    unit: 's',
    description: 'from the moment at which a customer wanted to act to his answer',
  });

  record(deed: Deed, outcome: Outcome, ms: number): void {
    const book = this.#books[deed];
    book.outcomes[outcome]++;
    book.latency.recordValue(Math.min(LIMIT_MS, Math.max(0, Math.round(ms))));
    this.#requests.add(1, { deed, outcome });
    this.#latency.record(Math.max(0, ms) / 1_000, { deed, outcome });
  }

  report(): Record<Deed, DeedReport> {
    return {
      order: reportOf(this.#books.order),
      look: reportOf(this.#books.look),
      cancel: reportOf(this.#books.cancel),
    };
  }

  /** Begins to count anew. */
  reset(): void {
    this.#books.order = new DeedBook();
    this.#books.look = new DeedBook();
    this.#books.cancel = new DeedBook();
  }
}

function reportOf({ outcomes, latency }: DeedBook): DeedReport {
  const at = (percentile: number) => latency.getValueAtPercentile(percentile);
  return {
    outcomes: { ...outcomes },
    latency: { p50: at(50), p95: at(95), p99: at(99), max: latency.maxValue, count: latency.totalCount },
  };
}
