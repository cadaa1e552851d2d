/** What all connections of a process may hold back together before each has to do with little. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Bytes which the stages of all connections hold back. */
export class Budget {
  held = 0;
  readonly #most: number;

  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  get scarce(): boolean {
    return this.held >= this.#most;
  }
}
