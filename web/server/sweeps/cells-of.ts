import { StormglassError } from '@stormglass/agents/contract';
import type { SweepCell, SweepPlan } from '@stormglass/chaos/contract';

/** Cells of a plan by their ids, in that order; throws `not_found` for one that it does not have. */
export function cellsOf({ cells }: SweepPlan, ids: readonly string[]): SweepCell[] {
  return ids.map((id) => {
    const cell = cells.find((one) => one.id === id);
    if (cell !== undefined) return cell;
    throw new StormglassError(
      'not_found',
      `the sweep has no cell ${id}`,
      'See the cells of GET /api/sweeps/:id.',
    );
  });
}
