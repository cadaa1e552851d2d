import { StormglassError } from '../../contract/errors.ts';
import type { LiveFeed } from '../live/feed.ts';
import { ForeignMetrics } from '../sources/foreign/translate.ts';
import type { Spool } from '../spool/spool.ts';
import { flatten } from '../wire/flatten.ts';
import { WireError } from '../wire/reader.ts';
import type { Signal } from '../wire/signals.ts';
import { split, TooManyEntries } from '../wire/split.ts';

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

/** What is wrong with the items that are left out. */
const ITEM: Record<Signal, string> = {
  traces: 'spans have no valid trace id and span id, or a time after the year 2262',
  logs: 'log records have a time after the year 2262',
  metrics: 'data points have a time after the year 2262',
};

/** The one way into the collector, whatever the transport: check, spool, tell the live listeners. */
export class Intake {
  readonly #spool: Spool;
  readonly #live: LiveFeed;
  readonly #foreign = new ForeignMetrics();
  readonly stats: IntakeStats = {
    received: { traces: 0, logs: 0, metrics: 0 },
    requests: { traces: 0, logs: 0, metrics: 0 },
    rejected: {},
  };

  constructor(spool: Spool, live: LiveFeed) {
    this.#spool = spool;
    this.#live = live;
  }

  /** Takes one protobuf request; resolves when it is on disk. */
  async accept(signal: Signal, bytes: Uint8Array): Promise<Accepted> {
    const { parts, records, items, rejected, marks } = this.#check(signal, bytes);
    if (rejected > 0) this.count('invalid_item', rejected);
    if (items > 0) {
      await this.#spool.appendAll(signal, records, marks);
      // Not before: what could not be written is sent again, and would be seen twice.
      this.#live.feed(signal, rejected > 0 ? Buffer.concat(parts) : bytes);
      if (signal === 'metrics') await this.#addOurNames(bytes);
    }
    this.stats.received[signal] += items;
    this.stats.requests[signal] += 1;
    const message = rejected > 0 ? `${rejected} ${ITEM[signal]}` : '';
    return { rejected, message };
  }

  /** Breakers and queues of other libraries. The request itself is stored: what fails here is none of its sender's. */
  async #addOurNames(bytes: Uint8Array): Promise<void> {
    try {
      const ours = this.#foreign.translate(bytes);
      if (ours === null) return;
      const { parts, marks } = flatten('metrics', ours);
      await this.#spool.append('metrics', parts, marks);
      this.#live.feed('metrics', ours);
    } catch {
      this.count('foreign_metrics');
    }
  }

  count(reason: string, by = 1): void {
    this.stats.rejected[reason] = (this.stats.rejected[reason] ?? 0) + by;
  }

  #check(signal: Signal, bytes: Uint8Array) {
    try {
      const flat = flatten(signal, bytes);
      return { ...flat, records: split(flat) };
    } catch (cause) {
      if (cause instanceof TooManyEntries) {
        throw new StormglassError(
          'payload_too_large',
          `The request cannot be stored: ${cause.message}.`,
          'Send less in each item.',
          { cause },
        );
      }
      if (!(cause instanceof WireError)) throw cause;
      throw new StormglassError(
        'invalid_request',
        `The body is no OTLP ${signal} request: ${cause.message}.`,
        'Send an Export request of this signal in the encoding the Content-Type says.',
        { cause },
      );
    }
  }
}
