import type {
  CellResult,
  CellVerdict,
  Sweep,
  SweepHead,
  SweepPlan,
  SweepSummary,
} from '@stormglass/chaos/contract';
import { heatMap, type Known, proposals } from '@stormglass/chaos/sweep';

/** A sweep as people see it. */
export function sweepView(
  head: SweepHead,
  {
    plan,
    results,
    running,
    known,
  }: { plan: SweepPlan; results: CellResult[]; running: string[]; known: readonly Known[] },
): Sweep {
  return {
    ...head,
    ...{ plan: planView(plan), results, running },
    heat: heatMap({ plan, results, running, state: head.state }),
    proposals: proposals(plan, results, known),
  };
}

/** Without the faults and paths of its cells, which nobody looks at while a sweep runs. */
export function planView({ cells, ...plan }: SweepPlan): Sweep['plan'] {
  return { ...plan, cells: cells.map(({ faults: _, places: __, ...cell }) => cell) };
}

export function sweepSummary(head: SweepHead, results: readonly CellResult[]): SweepSummary {
  const { shrinks: _, ...rest } = head;
  const verdicts: Partial<Record<CellVerdict, number>> = {};
  const newest = new Map(results.map(({ cellId, verdict }) => [cellId, verdict]));
  for (const verdict of newest.values()) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return { ...rest, verdicts };
}
