/**
 * Which messages of a partition are done. They are handled side by side, and Kafka remembers one offset: everything
 * before it counts as done, so it may only move past a message when all before that are.
 */
export class Progress {
  readonly #offsets: string[] = [];
  readonly #done = new Set<string>();

  /** Messages that were fetched, in the order of the partition. */
  add(offsets: readonly string[]): void {
    this.#offsets.push(...offsets);
  }

  /** Marks one as done; gives the offset up to which all are, or null if that has not moved. */
  finish(offset: string): string | null {
    this.#done.add(offset);
    let reached: string | null = null;
    for (
      let next = this.#offsets[0];
      next !== undefined && this.#done.delete(next);
      next = this.#offsets[0]
    ) {
      reached = next;
      this.#offsets.shift();
    }
    return reached;
  }

  /** Fetched and not done with. */
  get open(): number {
    return this.#offsets.length;
  }

  /** The first that is not done with; null when none is open. */
  get first(): string | null {
    return this.#offsets[0] ?? null;
  }
}
