import type { KafkaMessage } from 'kafkajs';
import { Progress } from './progress.ts';

/** Messages of a partition in this process beyond which it asks for no more. */
const MOST_OPEN = 200;

export interface LaneOptions {
  /** Stores the offset from which a new owner of the partition would go on. */
  commit(next: string): Promise<void>;
  /** False when the message was not done and has to come again. */
  handle(message: KafkaMessage, dropped: AbortSignal): Promise<boolean>;
}

/**
 * One partition while it is ours. Its messages are handled apart from the loop of KafkaJS, which fetches nothing for the
 * whole process while a batch is being handled: a slow message, or one that waits for its time, holds up nobody.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #progress = new Progress();
  readonly #dropped = new AbortController();
  #resume: (() => void) | null = null;
  #reached: string | null = null;
  #committing: Promise<void> | null = null;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Takes what was fetched. `pause` stops the fetching of this partition, and gives what starts it again. */
  take(messages: readonly KafkaMessage[], pause: () => () => void): void {
    this.#progress.add(messages.map(({ offset }) => offset));
    if (this.#progress.open > MOST_OPEN) this.#resume ??= pause();
    for (const message of messages) void this.#work(message);
  }

  /** Starts nothing more and stores nothing more. Gives the first offset that is not done with; null when all are. */
  drop(): string | null {
    this.#dropped.abort();
    return this.#progress.first;
  }

  /** Resolves when what is done has been stored. */
  async settle(): Promise<void> {
    await this.#committing;
  }

  async #work(message: KafkaMessage): Promise<void> {
    if (!(await this.#options.handle(message, this.#dropped.signal))) return;
    const reached = this.#progress.finish(message.offset);
    if (this.#dropped.signal.aborted) return;
    if (reached !== null) {
      this.#reached = reached;
      this.#committing ??= this.#commit();
    }
    if (this.#resume !== null && this.#progress.open <= MOST_OPEN / 2) {
      this.#resume();
      this.#resume = null;
    }
  }

  /** One at a time, always the newest. */
  async #commit(): Promise<void> {
    while (this.#reached !== null) {
      const next = BigInt(this.#reached) + 1n;
      this.#reached = null;
      await this.#options.commit(next.toString());
    }
    this.#committing = null;
  }
}
