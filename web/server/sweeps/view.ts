import type { CellResult, Sweep, SweepHead, SweepPlan } from '@stormglass/chaos/contract';
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
