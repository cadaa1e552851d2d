import { Arrivals } from '../arrivals.ts';
import type { QueueFlow } from '../collector.ts';
import type { QueueRow } from './management.ts';

/** A queue with those that belong to it. */
export interface Family {
  main: QueueRow;
  dead: QueueRow | undefined;
  retries: readonly QueueRow[];
  /** Absent where consumers know no pause. */
  mark: QueueRow | undefined;
}

/** A counter of the server, which begins again at zero when the server or the queue does. */
class Odometer {
  #last: number | null;
  /** Since `from`, or since the first reading. */
  total = 0;

  constructor(from: number | null) {
    this.#last = from;
  }

  read(value: number): void {
    if (this.#last !== null) this.total += value >= this.#last ? value - this.#last : value;
    this.#last = value;
  }
}

/** A sum of odometers may fall for a moment, since they are read a little apart; what is counted once stays. */
class Rising {
  #highest = 0;

  rise(to: number): number {
    const by = Math.max(0, to - this.#highest);
    this.#highest += by;
    return by;
  }
}

/**
 * The flow of one queue out of the counters of RabbitMQ. A failed message is acknowledged in its queue and published to
 * one where it waits, so those are taken off what was done with.
 */
export class Counters {
  readonly #published: Odometer;
  readonly #acknowledged: Odometer;
  readonly #redelivered: Odometer;
  readonly #dead: Odometer;
  readonly #repeated = new Map<string, Odometer>();
  readonly #rising = { in: new Rising(), out: new Rising(), again: new Rising(), dead: new Rising() };
  readonly #arrivals = new Arrivals();
  #from: 0 | null;

  /** `from` is 0 for a queue that was seen to come into being, null for one that was there before. */
  constructor(from: 0 | null) {
    this.#published = new Odometer(from);
    this.#acknowledged = new Odometer(from);
    this.#redelivered = new Odometer(from);
    this.#dead = new Odometer(from);
    this.#from = from;
  }

  read({ main, dead, retries }: Family): QueueFlow {
    this.#published.read(main.message_stats.publish);
    this.#acknowledged.read(main.message_stats.ack);
    this.#redelivered.read(main.message_stats.redeliver);
    if (dead) this.#dead.read(dead.message_stats.publish);
    const repeated = this.#readRetries(retries);
    // A queue for another delay is made by the first failure that needs it.
    this.#from = 0;
    return {
      enqueued: this.#rising.in.rise(this.#published.total),
      dequeued: this.#rising.out.rise(this.#acknowledged.total - repeated),
      redelivered: this.#rising.again.rise(repeated + this.#redelivered.total),
      deadLettered: this.#rising.dead.rise(this.#dead.total),
    };
  }

  /** Milliseconds; `now` of a monotonic clock. */
  oldestAge(now: number, { main }: Family): number | null {
    const taken = this.#acknowledged.total + main.messages_unacknowledged;
    return this.#arrivals.read(now, taken, main.messages_ready);
  }

  #readRetries(retries: readonly QueueRow[]): number {
    for (const { name, message_stats } of retries) {
      const odometer = this.#repeated.get(name) ?? new Odometer(this.#from);
      this.#repeated.set(name, odometer);
      odometer.read(message_stats.publish);
    }
    return [...this.#repeated.values()].reduce((sum, { total }) => sum + total, 0);
  }
}
