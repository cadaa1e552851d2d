/**
 * Which messages of a batch are done. They are handled side by side, and Kafka remembers one offset: everything before
 * it counts as done, so it may only move past a message when all before that are.
 */
export class Progress {
  readonly #offsets: readonly string[];
  readonly #done = new Set<string>();
  #next = 0;

  constructor(offsets: readonly string[]) {
    this.#offsets = offsets;
  }

  /** Marks one as done; gives the offset up to which all are, or null if that has not moved. */
  finish(offset: string): string | null {
    this.#done.add(offset);
    let reached: string | null = null;
    for (let next = this.#offsets[this.#next]; next !== undefined && this.#done.has(next); ) {
      reached = next;
      this.#next++;
      next = this.#offsets[this.#next];
    }
    return reached;
  }
}
