import { setTimeout as delay } from 'node:timers/promises';
import { PyError } from '../py/error.ts';

/**
 * A signal reached the run. `terminate` and `keyboard` are SIGTERM and SIGINT; `leave` is SIGUSR1, and `leave-all`, which
 * plays no rollbacks and waits for nothing, SIGUSR2.
 */
export class Interruption extends Error {
  readonly kind: 'terminate' | 'keyboard' | 'leave' | 'leave-all';

  constructor(kind: Interruption['kind']) {
    super(`interrupted: ${kind}`);
    this.kind = kind;
  }
}

/** Where work is done. Signals reach the main thread only, as in the reference. */
export interface Thread {
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export const background: Thread = { run: (work) => work(new AbortController().signal) };

/** The main thread: an interruption ends what it is doing, or what it does next. */
export class MainThread implements Thread {
  #pending: Interruption | null = null;
  #fail: ((reason: Interruption) => void) | null = null;

  interrupt(interruption: Interruption): void {
    if (this.#fail === null) this.#pending = interruption;
    else this.#fail(interruption);
  }

  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null) throw pending;
    const stop = new AbortController();
    const interrupted = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    try {
      return await Promise.race([work(stop.signal), interrupted]);
    } finally {
      this.#fail = null;
      stop.abort();
    }
  }
}

/** Waits; ends early when the signal is aborted, without complaint. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  if (seconds < 0) throw new PyError('ValueError', 'sleep length must be non-negative');
  await delay(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
