import type { BullWorker } from './bullmq-backend.ts';
import type { Consumer } from './port.ts';
import { within } from './within.ts';

const IDLE_LIMIT_MS = 1_000;

interface Member {
  worker: BullWorker;
  hands: number;
}

/**
 * The workers of one consumer. A BullMQ worker looks at a raised concurrency only after one of its handlers has ended,
 * and handlers that hang are just when somebody raises it: more hands are another worker.
 */
export class Crew implements Consumer {
  readonly #hire: (hands: number) => BullWorker;
  readonly #onError: (error: unknown) => void;
  #members: Member[] = [];
  #leaving = new Set<Promise<void>>();

  /** `hire` makes a worker with so many hands, which does not run yet. */
  constructor(hire: (hands: number) => BullWorker, onError: (error: unknown) => void) {
    this.#hire = hire;
    this.#onError = onError;
  }

  /** Throws when more hands are wanted and the broker does not answer. */
  async scale(concurrency: number): Promise<void> {
    let hands = this.#members.reduce((sum, member) => sum + member.hands, 0);
    while (hands > concurrency) hands -= await this.#dismiss(hands - concurrency);
    if (hands === concurrency) return;
    const member = { worker: this.#hire(concurrency - hands), hands: concurrency - hands };
    this.#members.push(member);
    await this.#begin(member);
  }

  async close(): Promise<void> {
    const members = this.#members.splice(0);
    await Promise.all([...members.map(({ worker }) => worker.close()), ...this.#leaving]);
  }

  /** Takes at most so many hands from the newest worker; gives back how many. */
  async #dismiss(most: number): Promise<number> {
    const newest = this.#members.at(-1);
    if (newest === undefined) return most;
    if (newest.hands > most) {
      newest.hands -= most;
      newest.worker.concurrency = newest.hands;
      return most;
    }
    this.#members.pop();
    await this.#leave(newest.worker);
    return newest.hands;
  }

  /**
   * BullMQ remembers a first connection that failed for ever, and a running worker would ask that memory for work without
   * a pause: nothing else in the process would be done any more. So it runs when it is ready, or is dismissed.
   */
  async #begin(member: Member): Promise<void> {
    const { worker } = member;
    try {
      await worker.waitUntilReady();
    } catch (error) {
      this.#members = this.#members.filter((each) => each !== member);
      await this.#leave(worker);
      throw error;
    }
    worker.run().catch(this.#onError);
  }

  /** An idle worker is gone in a moment; one with a message in hand takes no more, and may go on as long as it likes. */
  async #leave(worker: BullWorker): Promise<void> {
    const left = worker
      .close()
      .catch(this.#onError)
      .finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
    await within(left, IDLE_LIMIT_MS, 'an idle worker').catch(() => undefined);
  }
}
