/** Things that happened at an instant, in order of time, bounded by count; what falls out is counted. */
export class Series<T extends { at: number }> {
  #items: T[] = [];
  readonly #keys = new Set<string>();
  readonly #limit: number;
  readonly #keyOf: (item: T) => string;
  readonly #onDrop: (count: number) => void;

  constructor(limit: number, keyOf: (item: T) => string, onDrop: (count: number) => void) {
    this.#limit = limit;
    this.#keyOf = keyOf;
    this.#onDrop = onDrop;
  }

  get size(): number {
    return this.#items.length;
  }

  /** False when it is there already: history and live stream overlap after a reconnect. */
  add(item: T): boolean {
    const key = this.#keyOf(item);
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    const last = this.#items.at(-1);
    if (!last || last.at <= item.at) this.#items.push(item);
    else this.#items.splice(this.#position(item.at), 0, item);
    if (this.#items.length > this.#limit) this.#dropOldest(Math.ceil(this.#limit / 10));
    return true;
  }

  evictBefore(at: number): void {
    const count = this.#position(at - 1);
    if (count > 0) this.#remove(count);
  }

  slice(from: number, to: number): T[] {
    return this.#items.slice(this.#position(from - 1), this.#position(to));
  }

  all(): readonly T[] {
    return this.#items;
  }

  /** The newest of each group. */
  newest(groupOf: (item: T) => string): T[] {
    const byGroup = new Map<string, T>();
    for (const item of this.#items) byGroup.set(groupOf(item), item);
    return [...byGroup.values()];
  }

  /** Index of the first item later than `at`. */
  #position(at: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOldest(count: number): void {
    this.#remove(count);
    this.#onDrop(count);
  }

  #remove(count: number): void {
    for (const item of this.#items.splice(0, count)) this.#keys.delete(this.#keyOf(item));
  }
}
