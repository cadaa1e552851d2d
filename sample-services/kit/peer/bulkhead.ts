/** Raised instead of waiting when all slots and all places in the line are taken. */
export class BulkheadFull extends Error {
  constructor(slots: number) {
    super(`all ${slots} slots and the line before them are taken`);
    this.name = 'BulkheadFull';
  }
}

/**
 * At most `slots` calls at once, at most `line` waiting. It stands in front of the breaker: a full bulkhead says something
 * about us, not about the peer, so it must not count as the peer's failure.
 */
export class Bulkhead {
  readonly #slots: number;
  readonly #line: number;
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(slots: number, line: number) {
    this.#slots = slots;
    this.#line = line;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#used < this.#slots) this.#used++;
    else await this.#queue();
    try {
      return await work();
    } finally {
      // The slot goes to the next in line directly, so nobody can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#used--;
    }
  }

  #queue(): Promise<void> {
    if (this.#waiting.length >= this.#line) throw new BulkheadFull(this.#slots);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
