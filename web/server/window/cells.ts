import { cellKey, mergeSketches, type TrafficCell } from '@stormglass/agents/contract';

/** Traffic cells by second and key, so that adding, slicing and evicting touch only the seconds they concern. */
export class Cells {
  readonly #seconds = new Map<number, Map<string, TrafficCell>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an increment to the cell of its key. */
  add(cell: TrafficCell): void {
    const cells = this.#second(cell.second);
    const key = cellKey(cell);
    const known = cells.get(key);
    if (!known) this.#size++;
    cells.set(key, known ? sum(known, cell) : cell);
  }

  /**
   * For a cell of stored history: the fuller of the two views stays. Live increments and stored totals of one second
   * are parts of the same truth, so the greater count is the nearer one, and loading twice changes nothing. True when
   * it changed something.
   */
  addStored(cell: TrafficCell): boolean {
    const cells = this.#second(cell.second);
    const key = cellKey(cell);
    const known = cells.get(key);
    if (!known) this.#size++;
    if (known && cell.calls <= known.calls) return false;
    cells.set(key, cell);
    return true;
  }

  /** Removes whole seconds before `second` (epoch seconds). */
  evictBefore(second: number): void {
    for (const [at, cells] of this.#seconds) {
      if (at >= second) continue;
      this.#size -= cells.size;
      this.#seconds.delete(at);
    }
  }

  /** Cells of the seconds in [from, to], in order of time. */
  slice(from: number, to: number): TrafficCell[] {
    const seconds = [...this.#seconds.keys()].filter((s) => s >= from && s <= to).sort((a, b) => a - b);
    return seconds.flatMap((s) => [...(this.#seconds.get(s)?.values() ?? [])]);
  }

  all(): TrafficCell[] {
    return [...this.#seconds.values()].flatMap((cells) => [...cells.values()]);
  }

  /** The earliest second from which on there are at most `limit` cells; -Infinity when all fit. */
  newestWithin(limit: number): number {
    if (this.#size <= limit) return Number.NEGATIVE_INFINITY;
    let left = limit;
    for (const second of [...this.#seconds.keys()].sort((a, b) => b - a)) {
      left -= this.#seconds.get(second)?.size ?? 0;
      if (left < 0) return second + 1;
    }
    return Number.NEGATIVE_INFINITY;
  }

  #second(second: number): Map<string, TrafficCell> {
    let cells = this.#seconds.get(second);
    if (!cells) {
      cells = new Map();
      this.#seconds.set(second, cells);
    }
    return cells;
  }
}

function sum(a: TrafficCell, b: TrafficCell): TrafficCell {
  return {
    ...a,
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    receipts: a.receipts + b.receipts,
    durations: mergeSketches([a.durations, b.durations]),
  };
}

/** Joins cells of `step` seconds each into one, so that an answer over a long range stays small. */
export function coarsen(cells: readonly TrafficCell[], step: number): TrafficCell[] {
  if (step <= 1) return [...cells];
  const joined = new Cells();
  for (const cell of cells) joined.add({ ...cell, second: cell.second - (cell.second % step) });
  return joined.all();
}
