import { hash } from 'node:crypto';
import type { ForeignPoint } from './points.ts';

/** Series remembered at one time; beyond it the one that was silent longest is forgotten and starts anew. */
const MAX_SERIES = 20_000;

/**
 * What counters rose by since their point before. The first point of a series says nothing yet: how much of it is new is not
 * known. A counter that fell was reset and counts from 0.
 */
export class Increases {
  readonly #last = new Map<string, number>();

  /** Null when it is not known. */
  of(origin: string, { name, counts, value, attributes }: ForeignPoint): number | null {
    if (counts === 'delta') return value;
    const key = hash('sha1', `${origin}|${name}|${[...attributes].join('|')}`, 'base64');
    const before = this.#last.get(key);
    this.#last.delete(key);
    this.#last.set(key, value);
    if (this.#last.size > MAX_SERIES) {
      const [oldest] = this.#last.keys();
      if (oldest !== undefined) this.#last.delete(oldest);
    }
    if (before === undefined) return null;
    return value < before ? value : value - before;
  }
}
