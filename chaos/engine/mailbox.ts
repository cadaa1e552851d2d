/** Inputs waiting for the one reader; bounded by what a run can cause (a few per fault and one per tick). */
export class Mailbox<T> {
  #waiting: T[] = [];
  #wake: (() => void) | null = null;

  put(item: T): void {
    this.#waiting.push(item);
    this.#wake?.();
    this.#wake = null;
  }

  take(): T | undefined {
    return this.#waiting.shift();
  }

  /** Resolves when something waits. */
  filled(): Promise<void> {
    if (this.#waiting.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
