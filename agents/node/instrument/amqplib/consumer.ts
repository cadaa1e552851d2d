import type { WorkerLike } from '../bullmq/workers.ts';

/** A consumer of a channel, which can be cancelled and brought back under its own tag without its owner's noticing. */
export class AmqpConsumer implements WorkerLike {
  readonly name: string;
  readonly #cancel: () => Promise<unknown>;
  readonly #again: () => Promise<unknown>;
  readonly #onClosed: (() => void)[] = [];
  #state: 'consuming' | 'paused' | 'closed' = 'consuming';

  constructor(queue: string, cancel: () => Promise<unknown>, again: () => Promise<unknown>) {
    this.name = queue;
    this.#cancel = cancel;
    this.#again = again;
  }

  isPaused(): boolean {
    return this.#state === 'paused';
  }

  async pause(): Promise<void> {
    if (this.#state !== 'consuming') return;
    this.#state = 'paused';
    await this.#cancel();
  }

  /** Nothing when its owner has closed it meanwhile. */
  async resume(): Promise<void> {
    if (this.#state !== 'paused') return;
    this.#state = 'consuming';
    await this.#again();
  }

  once(_event: 'closed', listener: () => void): void {
    this.#onClosed.push(listener);
  }

  closed(): void {
    this.#state = 'closed';
    for (const listener of this.#onClosed.splice(0)) listener();
  }
}
