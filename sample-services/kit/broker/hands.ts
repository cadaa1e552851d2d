/** At most so many at once, changeable while some are at work. */
export class Hands {
  #limit: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    this.#pump();
  }

  /** Resolves with the function that gives the hand back; null when `signal` is aborted before one is free. */
  take(signal: AbortSignal): Promise<(() => void) | null> {
    const { promise, resolve } = Promise.withResolvers<(() => void) | null>();
    const start = () => {
      signal.removeEventListener('abort', giveUp);
      this.#busy++;
      resolve(() => {
        this.#busy--;
        this.#pump();
      });
    };
    const giveUp = () => {
      const at = this.#waiting.indexOf(start);
      if (at >= 0) this.#waiting.splice(at, 1);
      resolve(null);
    };
    if (signal.aborted) return Promise.resolve(null);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.push(start);
    this.#pump();
    return promise;
  }

  #pump(): void {
    while (this.#busy < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next();
    }
  }
}
