import type { CellResult } from '@stormglass/chaos/contract';
import { type Known, knownOf } from '@stormglass/chaos/sweep';

/** Of so many sweeps it is known what they found. */
const REMEMBERED = 20;

/** What the newest sweeps found: of each cell of a sweep the last result. */
export class SweepMemory {
  readonly #sweeps = new Map<string, Map<string, Known>>();

  /** `earlier`: the ids of sweeps, newest first, and what reads their results. */
  constructor(earlier: readonly string[], resultsOf: (id: string) => CellResult[]) {
    for (const id of earlier.slice(0, REMEMBERED).toReversed()) this.learn(id, resultsOf(id));
  }

  /** The sweep becomes the newest; the oldest of too many is forgotten. */
  learn(id: string, results: readonly CellResult[]): void {
    const cells = this.#sweeps.get(id) ?? new Map<string, Known>();
    for (const known of knownOf(results)) cells.set(known.cellId, known);
    this.#sweeps.delete(id);
    this.#sweeps.set(id, cells);
    const [oldest] = this.#sweeps.keys();
    if (this.#sweeps.size > REMEMBERED && oldest !== undefined) this.#sweeps.delete(oldest);
  }

  get known(): Known[] {
    return [...this.#sweeps.values()].flatMap((cells) => [...cells.values()]);
  }
}
