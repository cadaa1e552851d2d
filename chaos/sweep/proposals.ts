import type { CellResult, Proposal, SweepPlan } from '../contract/index.ts';
import { Beliefs, type Known } from './information.ts';

const SHOWN = 5;

/**
 * The cells that would tell most next: those that were not reached, and those that stayed open. `known` is all that was
 * found, by this sweep as well.
 */
export function proposals(
  plan: SweepPlan,
  results: readonly CellResult[],
  known: readonly Known[],
): Proposal[] {
  const beliefs = new Beliefs(known);
  const settled = new Set(
    results.filter(({ verdict }) => verdict !== 'inconclusive').map(({ cellId }) => cellId),
  );
  return plan.cells
    .filter(({ id }) => !settled.has(id))
    .map((cell) => ({
      cellId: cell.id,
      score: cell.weight * beliefs.of(cell).unknown,
      why: wordsOf(cell, results, beliefs),
    }))
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN);
}

/** What results tell of cells. */
export function knownOf(results: readonly CellResult[]): Known[] {
  return results.map(({ cellId, row, column, verdict }) => ({ cellId, row, column, verdict }));
}

function wordsOf(cell: SweepPlan['cells'][number], results: readonly CellResult[], beliefs: Beliefs): string {
  const tried = results.findLast(({ cellId }) => cellId === cell.id);
  const hurt = Math.round(beliefs.of(cell).hurt * 100);
  const chance = `by what is known it is hurt with a chance of ${hurt} %`;
  if (tried !== undefined) return `it was tried and stayed open (${tried.why}); ${chance}`;
  return `${Math.round(cell.perMinute)} journeys a minute are judged by it; ${chance}`;
}
