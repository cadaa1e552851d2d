import type { HeatCell, HeatMap, Sweep } from '@stormglass/chaos/contract';
import type { StateHue } from '../../ui/state.ts';

export type SquareState = HeatCell['state'];

interface StateWords {
  title: string;
  hue: StateHue;
  /** What it means, in one clause. */
  means: string;
}

/** In the order of the legend: what is worst first. */
export const STATES: Readonly<Record<SquareState, StateWords>> = {
  corrupts: { title: 'Corrupts', hue: 'failing', means: 'an invariant was violated' },
  breaks: { title: 'Breaks', hue: 'failing', means: 'journeys fail' },
  degrades: { title: 'Degrades', hue: 'degraded', means: 'journeys are slow, or few of them fail' },
  survives: { title: 'Survives', hue: 'ok', means: 'journeys go on as without the fault' },
  inconclusive: { title: 'Inconclusive', hue: 'unknown', means: 'too few journeys to say' },
  running: { title: 'Running', hue: 'fault', means: 'its fault is on now' },
  waiting: { title: 'Waiting', hue: 'unknown', means: 'its turn has not come' },
  untested: { title: 'Untested', hue: 'unknown', means: 'not tried; the square says why' },
};

/** One row of the map: a square for each column, null where the fault does not apply. */
export interface HeatRow {
  row: string;
  squares: readonly (HeatCell | null)[];
}

export function heatRows({ rows, columns, cells }: HeatMap): HeatRow[] {
  const at = new Map(cells.map((cell) => [`${cell.row}|${cell.column}`, cell]));
  return rows.map((row) => ({
    row,
    squares: columns.map(({ id }) => at.get(`${row}|${id}`) ?? null),
  }));
}

/** How many squares have each state, in the order of the legend; those with none are left out. */
export function legend({ cells }: HeatMap): { state: SquareState; count: number }[] {
  return (Object.keys(STATES) as SquareState[]).flatMap((state) => {
    const count = cells.filter((cell) => cell.state === state).length;
    return count === 0 ? [] : [{ state, count }];
  });
}

type Column = HeatMap['columns'][number];

/** `Error answer, before`. */
function columnWords({ title, position }: Column): string {
  return `${title}, ${position}`;
}

/** The head of a column: with the position only where it tells two columns apart. */
export function headWords({ columns }: HeatMap, column: Column): string {
  const several = columns.filter(({ title }) => title === column.title).length > 1;
  return several ? columnWords(column) : column.title;
}

/** What a person hears of a square. */
export function squareWords(cell: HeatCell, column: Column): string {
  return `${columnWords(column)} on ${cell.row}: ${STATES[cell.state].title.toLowerCase()}, ${cell.why}`;
}

/** How far a sweep is, in words. */
export function progressWords({ state, results, plan, running, why }: Sweep): string {
  const judged = new Set(results.map(({ cellId }) => cellId)).size;
  const head = `${judged} of ${plan.cells.length} cells judged`;
  if (state === 'running')
    return `${head}; ${running.length === 0 ? 'waiting' : `now ${running.join(', ')}`}`;
  return `${head}; ${state}${why === '' ? '' : `: ${why}`}`;
}

/** What tries one cell of a sweep again, alone and otherwise as it was tried: whom it spared is spared again. */
export function againOf(request: Sweep['request'], cellId: string): Record<string, unknown> {
  return { ...request, only: [], types: [], together: false, exactly: [cellId], dry: false };
}

/** Input of a sweep as the form has it; empty fields are left out. */
export function readForm(form: FormData): Record<string, unknown> {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const input: Record<string, unknown> = { wide: form.get('wide') === 'on' };
  for (const name of ['minutes', 'seed', 'cellSeconds']) {
    if (text(name) !== '') input[name] = Number(text(name));
  }
  const only = text('only')
    .split(/[\s,]+/)
    .filter(Boolean);
  const types = form.getAll('types').map(String);
  if (only.length > 0) input.only = only;
  if (types.length > 0) input.types = types;
  return input;
}
