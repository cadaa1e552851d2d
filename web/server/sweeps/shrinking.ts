import type { CellVerdict, Shrink, SweepCell, SweepHead, SweepPlan } from '@stormglass/chaos/contract';
import { baseline, runCell, type SweepPorts, schedule, shrink } from '@stormglass/chaos/sweep';
import { cellsOf } from './cells-of.ts';

const FAILS: readonly CellVerdict[] = ['breaks', 'corrupts'];

interface Task {
  head: SweepHead;
  plan: SweepPlan;
  cells: readonly string[];
  ports: SweepPorts;
  /** When the last fault of anybody ended, epoch milliseconds. */
  quietSince: number;
  signal: AbortSignal;
  newId: string;
}

/** Each try is a real run of a cell with several faults; what it found is saved at once. Throws `not_found` at once, too. */
export function shrinkCells(
  { head, plan, cells: ids, ports, quietSince, signal, newId }: Task,
  save: (head: SweepHead) => void,
): Promise<void> {
  const cells = cellsOf(plan, ids);
  let now: Shrink = {
    ...{ id: newId, cells: [...ids], state: 'running', why: '', tries: [], smallest: null },
  };
  const keep = (change: Partial<Shrink>) => {
    now = { ...now, ...change };
    save({ ...head, shrinks: [...head.shrinks, now] });
  };
  keep({});
  const usual = baseline(ports, quietSince, signal);
  const fails = async (taken: readonly SweepCell[]) => {
    signal.throwIfAborted();
    const before = await usual;
    const cell = schedule(cells, taken);
    const result = await runCell({ cell, request: head.request, ports, before, beside: () => 0, signal });
    keep({ tries: [...now.tries, { cells: taken.map(({ id }) => id), result }] });
    if (result.reverted === false) throw new Error(`${cell.id} was not reverted: ${result.readBack}`);
    return FAILS.includes(result.verdict);
  };
  return shrink(cells, fails).then(
    (smallest) => {
      const why = smallest === null ? 'all of them together break nothing' : '';
      keep({ state: 'ended', why, smallest: smallest?.map(({ id }) => id) ?? null });
    },
    (error: unknown) =>
      keep({ state: 'stopped', why: error instanceof Error ? error.message : String(error) }),
  );
}
