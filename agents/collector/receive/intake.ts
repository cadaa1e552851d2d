import type { Logger } from 'pino';
import { StormglassError } from '../../contract/errors.ts';
import { NameHashes } from '../bounds/name-hashes.ts';
import type { UsedName } from '../bounds/names.ts';
import { SeriesBounds } from '../bounds/series.ts';
import { SpanBounds } from '../bounds/spans.ts';
import type { LiveFeed } from '../live/feed.ts';
import { ForeignMetrics } from '../sources/foreign/translate.ts';
import type { Spool } from '../spool/spool.ts';
import { type Flattened, flatten } from '../wire/flatten.ts';
import { WireError } from '../wire/reader.ts';
import type { Mark, Signal } from '../wire/signals.ts';
import { split, TooManyEntries } from '../wire/split.ts';
import { windowAt } from '../wire/window.ts';

/** What a receiver answers: `rejected` > 0 is a partial success. */
export interface Accepted {
  rejected: number;
  message: string;
}

export interface IntakeStats {
  /** Spans, log records and data points acknowledged. */
  received: Record<Signal, number>;
  requests: Record<Signal, number>;
  /** Items and requests refused, by reason. */
  rejected: Record<string, number>;
}

/** What the items are, and what is wrong with those that are left out. */
const ITEMS: Record<Signal, string> = { traces: 'spans', logs: 'log records', metrics: 'data points' };
const FAULT: Record<Signal, string> = {
  traces: 'have no valid trace id and span id, or a time after the year 2262',
  logs: 'have a time after the year 2262',
  metrics: 'have a time after the year 2262',
};

/** Of what is made of a request that is flat already. */
const OUR_MARKS = { metrics: new Set<Mark>(['gauge', 'sum']), logs: new Set<Mark>() };

export interface IntakeOptions {
  spool: Spool;
  live: LiveFeed;
  /** What is older is not taken: it would be deleted at once. */
  keepDays: number;
  /** True when somebody else stores the same: then it is only shown. */
  liveOnly: boolean;
  log: Logger;
}

/** The one way into the collector, whatever the transport: check, bound, spool, tell the live listeners. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #foreign = new ForeignMetrics();
  readonly #spans: SpanBounds;
  readonly #series = new SeriesBounds();
  readonly stats: IntakeStats = {
    received: { traces: 0, logs: 0, metrics: 0 },
    requests: { traces: 0, logs: 0, metrics: 0 },
    rejected: {},
  };

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#spans = new SpanBounds((service, what) =>
      options.log.warn(
        { service, what },
        'a service invents names; those beyond the bound count as {overflow}',
      ),
    );
  }

  /** Names which services used before this start. */
  learn(names: readonly UsedName[]): void {
    this.#spans.learn(names, Date.now());
  }

  /** Spans and data points which count under `{overflow}`, by what was too many. */
  get overflowed(): Record<'service' | 'operation' | 'peer' | 'series', number> {
    return { ...this.#spans.marked, series: this.#series.overflowed };
  }

  /** Takes one protobuf request; resolves when it is on disk (`liveOnly`: when it was shown). What we add to it is there already when it was `recorded`. */
  async accept(signal: Signal, bytes: Uint8Array, recorded = false): Promise<Accepted> {
    const { request, records, items, rejected, outside, marks } = this.#check(signal, bytes);
    if (rejected > 0) this.count('invalid_item', rejected);
    if (outside > 0) this.count('outside_retention', outside);
    if (items > 0) {
      if (!this.#options.liveOnly) await this.#options.spool.appendAll(signal, records, marks);
      // Not before: what could not be written is sent again, and would be seen twice.
      this.#options.live.feed(signal, request);
      if (signal === 'metrics' && !recorded) await this.#addOurNames(request);
    }
    this.stats.received[signal] += items;
    this.stats.requests[signal] += 1;
    return { rejected: rejected + outside, message: this.#complaint(signal, rejected, outside) };
  }

  /**
   * Breakers and queues of other libraries. The request itself is stored: what fails here is none of its sender's, who
   * would send it again.
   */
  async #addOurNames(bytes: Uint8Array): Promise<void> {
    try {
      const { metrics, logs } = this.#foreign.translate(bytes);
      if (metrics !== null) await this.#addOurs('metrics', metrics);
      if (logs !== null) await this.#addOurs('logs', logs);
    } catch (cause) {
      this.count('foreign_metrics');
      // Only a full spool is to be expected: the bytes have been read before.
      if (!(cause instanceof StormglassError)) {
        this.#options.log.error({ err: cause }, "another library's metrics were not translated");
      }
    }
  }

  async #addOurs(signal: keyof typeof OUR_MARKS, request: Uint8Array): Promise<void> {
    await this.#options.spool.append(signal, [request], OUR_MARKS[signal]);
    this.#options.live.feed(signal, request);
  }

  count(reason: string, by = 1): void {
    this.stats.rejected[reason] = (this.stats.rejected[reason] ?? 0) + by;
  }

  #complaint(signal: Signal, rejected: number, outside: number): string {
    const days = this.#options.keepDays;
    return [
      ...(rejected > 0 ? [`${rejected} ${ITEMS[signal]} ${FAULT[signal]}`] : []),
      ...(outside > 0
        ? [
            `${outside} ${ITEMS[signal]} are older than the ${days} days which are kept, or more than a day ahead`,
          ]
        : []),
    ].join('; ');
  }

  #check(signal: Signal, bytes: Uint8Array) {
    try {
      const now = Date.now();
      const names = new NameHashes();
      const flat = flatten(signal, bytes, windowAt(now, this.#options.keepDays), names);
      const { request, marks } = this.#bound(signal, flat, names.hashes, now);
      return { ...flat, request, marks, records: split({ parts: [request], entries: flat.entries }) };
    } catch (cause) {
      throw refusal(signal, cause);
    }
  }

  /** The request in one piece, with what is beyond the bounds of names and series marked. */
  #bound(signal: Signal, { parts, marks }: Flattened, hashes: readonly number[], now: number) {
    const [only] = parts;
    const request = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    switch (signal) {
      case 'logs':
        return { request, marks };
      case 'metrics': {
        const bounded = this.#series.bound(request, now);
        return { request: bounded === undefined ? request : Buffer.concat(bounded), marks };
      }
      case 'traces': {
        const marked = this.#spans.mark(request, hashes, now);
        if (marked === undefined) return { request, marks };
        return { request: Buffer.concat(marked), marks: new Set([...marks, 'overflow' as const]) };
      }
    }
  }
}

/** What the sender is told of what `flatten` and `split` threw. */
function refusal(signal: Signal, cause: unknown): unknown {
  if (cause instanceof TooManyEntries) {
    return new StormglassError(
      'payload_too_large',
      `The request cannot be stored: ${cause.message}.`,
      'Send less in each item.',
      { cause },
    );
  }
  if (!(cause instanceof WireError)) return cause;
  return new StormglassError(
    'invalid_request',
    `The body is no OTLP ${signal} request: ${cause.message}.`,
    'Send an Export request of this signal in the encoding the Content-Type says.',
    { cause },
  );
}
