import { StormglassError } from '@stormglass/agents/contract';
import type { CellResult, SWEEP_EXPORTS, SweepHead, SweepPlan } from '@stormglass/chaos/contract';
import { asExperiment, asPlaywright, schedule } from '@stormglass/chaos/sweep';
import { cellsOf } from './cells-of.ts';

export interface SweepExport {
  as: (typeof SWEEP_EXPORTS)[number];
  /** Of a file. */
  name: string;
  text: string;
}

/** A cell by its id, or the smallest schedule which a shrink has found, by the shrink's. */
export function exportOf(
  { head, plan, results }: { head: SweepHead; plan: SweepPlan; results: readonly CellResult[] },
  wanted: string,
  as: SweepExport['as'],
): SweepExport {
  const shrunk = head.shrinks.find(({ id }) => id === wanted);
  if (shrunk !== undefined && shrunk.smallest === null) {
    throw new StormglassError('conflict', 'it has found no schedule that fails', 'Export a cell instead.');
  }
  const ids = shrunk?.smallest ?? [wanted];
  const cells = cellsOf(plan, ids);
  const cell = schedule(shrunk === undefined ? cells : cellsOf(plan, shrunk.cells), cells);
  const tried = shrunk?.tries.findLast((one) => one.cells.join() === ids.join())?.result;
  const result = tried ?? results.findLast(({ cellId }) => cellId === wanted);
  const found = result === undefined ? '' : `${result.verdict}: ${result.why}`;
  const exported = { title: `Survives ${ids.join(' and ')}`, cell, request: head.request, found };
  const base = `sweep-${ids.join('-and-')}`.replaceAll(/[^\w.-]+/g, '-').slice(0, 150);
  return as === 'experiment'
    ? { as, name: `${base}.yaml`, text: asExperiment(exported) }
    : { as, name: `${base}.spec.ts`, text: asPlaywright(exported, ids) };
}
