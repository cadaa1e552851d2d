import type { SagaEngine } from './saga/port.ts';

/**
 * Waiters for the moment at which there is something to tell about a saga driven here: it ended, or it is parked because
 * a breaker turned its call away. One listener on the engine serves all of them.
 */
export class Settled {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #off: () => void;

  constructor(engine: SagaEngine) {
    this.#off = engine.on('transition', ({ sagaId, row, outcome }) => {
      // A parked saga waits for seconds at least: its customer is told now that the order is pending.
      if (outcome === null && row.status !== 'NOT_SENT') return;
      this.tell(sagaId);
    });
  }

  /** There is something to tell about this saga. */
  tell(sagaId: string): void {
    for (const wake of this.#waiting.get(sagaId) ?? []) wake();
  }

  /** Resolves when the saga ends or is parked here, after `ms` milliseconds, or when the signal is aborted; whichever is first. */
  wait(sagaId: string, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wakers = this.#waiting.get(sagaId) ?? new Set();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wakers.delete(done);
        if (wakers.size === 0) this.#waiting.delete(sagaId);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      wakers.add(done);
      this.#waiting.set(sagaId, wakers);
      if (signal.aborted) done();
    });
  }

  close(): void {
    this.#off();
    for (const wakers of this.#waiting.values()) for (const wake of wakers) wake();
  }
}
