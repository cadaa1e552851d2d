/** Nobody waits longer than this for an answer. */
const MOST_MS = 20_000;

/** How long a client waits before it gives up: longer each time in vain, so that a busy machine is no fault for good. */
export class Patience {
  readonly #firstMs: number;
  #ms: number;

  constructor(firstMs: number) {
    this.#firstMs = firstMs;
    this.#ms = firstMs;
  }

  get ms(): number {
    return this.#ms;
  }

  wasInVain(): void {
    this.#ms = Math.min(this.#ms * 2, MOST_MS);
  }

  renew(): void {
    this.#ms = this.#firstMs;
  }
}
