import type { Clock } from '../kit/clock.ts';

/** A clock which a test moves. Sleepers wake when their time has come. */
export class HandClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();

  constructor(now = Date.now()) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => this.#wake(sleeper), { once: true });
    });
  }

  /** How many wait for their time. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#now) this.#wake(sleeper);
  }

  #wake(sleeper: { at: number; wake: () => void }): void {
    this.#sleepers.delete(sleeper);
    sleeper.wake();
  }
}
