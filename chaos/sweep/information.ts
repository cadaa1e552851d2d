import type { CellVerdict } from '../contract/index.ts';

/** A cell that was judged, in this sweep or an earlier one. */
export interface Known {
  cellId: string;
  row: string;
  column: string;
  verdict: CellVerdict;
}

/** What is known of one cell counts most; other faults there say something, the same fault elsewhere a little. */
const WEIGHT = { cell: 4, row: 1, column: 0.5 };

/** What the first service answers is what the user gets: there nearly every fault hurts. */
const DOOR = 5;

interface Place {
  id: string;
  row: string;
  column: string;
  /** The target is a service that journeys come in by. */
  atDoor: boolean;
}

interface Counts {
  hurt: number;
  held: number;
}

/**
 * What is believed of cells: of each a Beta distribution of the chance that it is hurt, uniform at first. An inconclusive
 * cell has told nothing.
 */
export class Beliefs {
  readonly #counts = new Map<string, Counts>();

  constructor(known: readonly Known[] = []) {
    for (const one of known) this.learn(one);
  }

  learn({ cellId, row, column, verdict }: Known): void {
    if (verdict === 'inconclusive') return;
    const hurt = verdict === 'survives' ? 0 : 1;
    this.#add(cellId, row, column, { hurt, held: 1 - hurt });
  }

  /** It is going to be tried, and may end either way. */
  expect({ id, row, column }: Omit<Place, 'atDoor'>): void {
    this.#add(id, row, column, { hurt: 0.5, held: 0.5 });
  }

  /** Chance that the cell is hurt, and how little is known of it: the variance of its Beta, 1 when nothing is. */
  of({ id, row, column, atDoor }: Place): { hurt: number; unknown: number } {
    const parts = [
      { of: `cell ${id}`, weight: WEIGHT.cell },
      { of: `column ${column}`, weight: WEIGHT.column },
      { of: `row ${row}`, weight: WEIGHT.row },
    ].map(({ of, weight }) => ({ weight, ...(this.#counts.get(of) ?? { hurt: 0, held: 0 }) }));
    const a = parts.reduce((sum, { hurt, weight }) => sum + hurt * weight, atDoor ? DOOR : 1);
    const b = parts.reduce((sum, { held, weight }) => sum + held * weight, 1);
    // 1/12 is the variance of the uniform one.
    return { hurt: a / (a + b), unknown: (12 * a * b) / ((a + b) ** 2 * (a + b + 1)) };
  }

  #add(id: string, row: string, column: string, { hurt, held }: Counts): void {
    for (const key of [`cell ${id}`, `column ${column}`, `row ${row}`]) {
      const so = this.#counts.get(key) ?? { hurt: 0, held: 0 };
      this.#counts.set(key, { hurt: so.hurt + hurt, held: so.held + held });
    }
  }
}

interface Rankable extends Place {
  /** Share of all journeys that pass, and share of all services on these. */
  traffic: number;
  blast: number;
}

export interface Ranked<T> {
  cell: T;
  score: number;
  why: string;
}

/** Expected information of a cell: how little is known of it x how many journeys pass x how many services they touch. */
export function scoreOf(cell: Rankable, beliefs: Beliefs): { score: number; why: string } {
  const { hurt, unknown } = beliefs.of(cell);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return {
    score: unknown * cell.traffic * cell.blast,
    why:
      `${percent(cell.traffic)} of all journeys pass it, over ${percent(cell.blast)} of the services; ` +
      `chance of harm ${percent(hurt)}, ${unknown > 0.8 ? 'hardly anything' : unknown > 0.4 ? 'little' : 'much'} is known`,
  };
}

/** The most telling first, each as if those before it had been tried; what is alike is in an order of its own by `draw`. */
export function ranked<T extends Rankable>(
  cells: readonly T[],
  known: readonly Known[],
  draw: (id: string) => number,
): Ranked<T>[] {
  const beliefs = new Beliefs(known);
  const shuffled = cells.toSorted((a, b) => draw(a.id) - draw(b.id));
  const left = new Map(shuffled.map((cell) => [cell, scoreOf(cell, beliefs)]));
  const order: Ranked<T>[] = [];
  for (let best = mostOf(left); best !== null; best = mostOf(left)) {
    const { cell } = best;
    order.push(best);
    left.delete(cell);
    beliefs.expect(cell);
    for (const other of left.keys()) {
      if (other.row === cell.row || other.column === cell.column) left.set(other, scoreOf(other, beliefs));
    }
  }
  return order;
}

function mostOf<T>(scored: ReadonlyMap<T, { score: number; why: string }>): Ranked<T> | null {
  let best: Ranked<T> | null = null;
  for (const [cell, one] of scored) if (best === null || one.score > best.score) best = { cell, ...one };
  return best;
}
