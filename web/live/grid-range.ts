/** A range that moves with the clock is asked for anew when it has moved on by so much, milliseconds. */
export const MOVING_GRID_MS = 10_000;

/** Epoch ms. */
export interface GridRange {
  from: number;
  to: number;
}

/**
 * The smallest range of whole grid steps that holds [from, to]; null while the clock is not known yet. The step that
 * `to` has just reached counts as begun, so that both ends of a moving range go on at the same moment, and it is asked
 * for once a step.
 */
export function gridRange(from: number, to: number, gridMs: number): GridRange | null {
  if (from <= 0 || to <= from) return null;
  return { from: Math.floor(from / gridMs) * gridMs, to: (Math.floor(to / gridMs) + 1) * gridMs };
}

/** Whether an answer for `have` may stand in for one about `wanted` until that comes: all but its newest step is there. */
export function standsIn(have: GridRange, wanted: GridRange, gridMs: number): boolean {
  return have.from <= wanted.from && have.to >= wanted.to - gridMs;
}
