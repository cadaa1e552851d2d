/** Readings kept; older ones are thinned out, which makes ages of old messages coarser, never younger. */
const MAX_MARKS = 3_600;

interface Mark {
  /** Milliseconds of a monotonic clock. */
  at: number;
  /** Messages that had arrived by then. */
  arrived: number;
}

/**
 * How long the oldest waiting message has waited, for brokers which do not say: the n-th message taken is the n-th that
 * arrived, and it arrived by the first reading that had counted n. Exact to one reading where messages are taken in
 * order. What was there before the first reading counts from that.
 */
export class Arrivals {
  #marks: Mark[] = [];
  #arrived = 0;

  /** `taken` are all that were ever taken, `waiting` those that wait. Gives milliseconds; null when none waits. */
  read(now: number, taken: number, waiting: number): number | null {
    // The two counts are not of quite the same moment: fewer arrivals than before there cannot be.
    this.#arrived = Math.max(this.#arrived, taken + waiting);
    if (this.#marks.at(-1)?.arrived !== this.#arrived) this.#marks.push({ at: now, arrived: this.#arrived });
    const oldest = this.#arrived - waiting + 1;
    this.#marks = this.#marks.filter(({ arrived }, i, all) => arrived >= oldest || i === all.length - 1);
    if (this.#marks.length > MAX_MARKS) this.#marks = this.#marks.filter((_, i) => i % 2 === 0);
    return waiting === 0 ? null : now - (this.#marks[0]?.at ?? now);
  }
}
