import type { QueueFlow } from '../collector.ts';
import type { TopicLag } from './lag.ts';

/** A queue's topics: its own, `<name>.retry.<attempt>` for repetitions, `<name>.dead`. */
export interface Lags {
  main: TopicLag;
  retries: readonly TopicLag[];
  dead: TopicLag | undefined;
}

/** What has happened on a queue between two readings of its offsets. */
export class FlowMeter {
  #last: { written: number; done: number; repeated: number; dead: number } | null = null;

  /** The queue is not there yet: all that its topics will hold is new. */
  fromNothing(): void {
    this.#last = { written: 0, done: 0, repeated: 0, dead: 0 };
  }

  /** A repetition goes round through a topic of its own: it is neither a new message nor one that is done with. */
  read({ main, retries, dead }: Lags): QueueFlow {
    const total = (of: (lag: TopicLag) => number) => retries.reduce((sum, lag) => sum + of(lag), 0);
    const now = {
      written: main.written,
      done: main.done + total(({ done }) => done) - total(({ written }) => written),
      repeated: total(({ written }) => written),
      dead: dead?.written ?? 0,
    };
    const before = this.#last ?? now;
    // Offsets of different topics are a moment apart; what was counted once stays.
    const last = {
      written: Math.max(before.written, now.written),
      done: Math.max(before.done, now.done),
      repeated: Math.max(before.repeated, now.repeated),
      dead: Math.max(before.dead, now.dead),
    };
    this.#last = last;
    return {
      enqueued: last.written - before.written,
      dequeued: last.done - before.done,
      redelivered: last.repeated - before.repeated,
      deadLettered: last.dead - before.dead,
    };
  }
}
