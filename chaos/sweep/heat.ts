import { FAULT_CATALOGUE, FaultPosition, type FaultType } from '@stormglass/agents/contract';
import type { CellResult, HeatCell, HeatMap, SweepPlan, SweepState } from '../contract/index.ts';

export interface HeatInput {
  plan: SweepPlan;
  results: readonly CellResult[];
  running: readonly string[];
  state: SweepState;
}

/** Squares of a sweep as far as it has come: targets by faults. What does not apply has no square. */
export function heatMap(input: HeatInput): HeatMap {
  const cells = [
    ...input.plan.cells.map((cell) => squareOf(cell, input)),
    ...input.plan.untested.map(untested),
  ];
  const rows = [...new Set(cells.map(({ row }) => row))].sort();
  const order = Object.keys(FAULT_CATALOGUE).flatMap((type) =>
    FaultPosition.options.map((position) => `${type}@${position}`),
  );
  const place = (column: string) => order.indexOf(column);
  const columns = [...new Set(cells.map(({ column }) => column))].sort((a, b) => place(a) - place(b));
  return { rows, columns: columns.map(columnOf), cells };
}

function squareOf(
  { id, row, column }: SweepPlan['cells'][number],
  { results, running, state }: HeatInput,
): HeatCell {
  const square = { id, row, column };
  // Tried again, the newest counts.
  const result = results.findLast(({ cellId }) => cellId === id);
  if (running.includes(id)) return { ...square, state: 'running', why: 'it is being tried' };
  if (result !== undefined) return { ...square, state: result.verdict, why: result.why };
  if (state === 'running') return { ...square, state: 'waiting', why: 'its turn has not come' };
  return { ...square, state: 'untested', why: NOT_REACHED[state] };
}

const NOT_REACHED: Record<Exclude<SweepState, 'running'>, string> = {
  ended: 'the minutes did not suffice',
  stopped: 'the sweep was stopped before',
  interrupted: 'the dashboard ended before',
};

function untested({ id, row, column, why }: SweepPlan['untested'][number]): HeatCell {
  return { id, row, column, state: 'untested', why };
}

function columnOf(id: string): HeatMap['columns'][number] {
  const [type = '', position = ''] = id.split('@');
  return {
    id,
    title: FAULT_CATALOGUE[type as FaultType].title,
    position: id.includes(' + ') ? 'and others' : position,
  };
}
