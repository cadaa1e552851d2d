import type { CellFigures, CellVerdict } from '../../contract/index.ts';

export interface Judged {
  verdict: CellVerdict;
  why: string;
}

/** What the figures are judged by. */
export interface Bar {
  tolerance: number;
  /** Share of the journeys that pass the place, 0..1. */
  passing: number;
  /** Effects of the fault that its injectors counted. */
  injections: number;
  /** Other cells that ran at the same time. */
  beside: number;
}

type Rule = (figures: CellFigures, bar: Bar) => Judged | null;

/** The first rule that says something is the verdict: what is worst comes first. */
const RULES: readonly Rule[] = [
  corrupted,
  failing,
  sagasLost,
  slower,
  sagasGivenUp,
  spilled,
  untouched,
  held,
];

export function verdictOf(figures: CellFigures, bar: Bar): Judged {
  for (const rule of RULES) {
    const judged = rule(figures, bar);
    if (judged !== null) return judged;
  }
  return { verdict: 'inconclusive', why: openWords(figures, bar) };
}

/** Enough is known to stop: it breaks, or it holds in both ways. */
export function standsAlready(
  { evidence, needed, excessFailed, excessSlow, variant }: CellFigures,
  { tolerance, passing }: Pick<Bar, 'tolerance' | 'passing'>,
): boolean {
  const allowed = tolerance * passing;
  if (evidence.failed >= needed && excessFailed[0] > 0) return true;
  const slowerOnly = evidence.slow >= needed && excessFailed[1] <= allowed;
  return slowerOnly || (variant.journeys > 0 && excessFailed[1] <= allowed && excessSlow[1] <= allowed);
}

function corrupted({ violations }: CellFigures, { beside }: Bar): Judged | null {
  const [first] = violations;
  if (first === undefined) return null;
  const what = `${first.id} was violated${violations.length > 1 ? `, and ${violations.length - 1} more` : ''}`;
  if (beside === 0 || first.traceId !== '') return { verdict: 'corrupts', why: what };
  return { verdict: 'inconclusive', why: `${what} while ${beside} other cells ran: try it again alone` };
}

function failing(figures: CellFigures, { tolerance, passing }: Bar): Judged | null {
  const { evidence, needed, variant, control } = figures;
  if (evidence.failed < needed) return null;
  const excess = share(variant.failed, variant.journeys) - share(control.failed, control.journeys);
  const why = `${percent(variant.failed, variant.journeys)} of the journeys failed with the fault, ${percent(control.failed, control.journeys)} without`;
  return { verdict: excess >= tolerance * passing ? 'breaks' : 'degrades', why };
}

function sagasLost({ evidence, needed, sagas }: CellFigures): Judged | null {
  if (evidence.sagas < needed || sagas.variant.lost === 0) return null;
  const { variant, control } = sagas;
  const why = `${variant.lost} of ${variant.ended} sagas were stuck or failed with the fault, ${control.lost} of ${control.ended} without`;
  return { verdict: 'breaks', why };
}

function slower({ evidence, needed, variant, control, slowLimitMs }: CellFigures): Judged | null {
  if (evidence.slow < needed) return null;
  const why = `${percent(variant.slow, variant.journeys)} of the journeys took over ${Math.round(slowLimitMs)} ms with the fault, ${percent(control.slow, control.journeys)} without`;
  return { verdict: 'degrades', why };
}

function sagasGivenUp({ evidence, needed, sagas }: CellFigures): Judged | null {
  if (evidence.sagas < needed) return null;
  const { variant, control } = sagas;
  const why = `${variant.compensated} of ${variant.ended} sagas were compensated with the fault, ${control.compensated} of ${control.ended} without`;
  return { verdict: 'degrades', why };
}

/** The control group itself got worse: a breaker that opened, a pool that ran dry, hurts those who are spared as well. */
function spilled({ evidence, needed, control, before }: CellFigures): Judged | null {
  if (evidence.spill < needed) return null;
  const bad = percent(control.failed + control.slow, control.journeys);
  const was = percent(before.failed + before.slow, before.journeys);
  const failed = share(control.failed, control.journeys) > share(before.failed, before.journeys);
  const why = `it spills over: ${bad} of the journeys that were spared failed or were slow, ${was} before`;
  return { verdict: failed ? 'breaks' : 'degrades', why };
}

function untouched({ variant }: CellFigures, { injections }: Bar): Judged | null {
  if (injections > 0) return null;
  return {
    verdict: 'inconclusive',
    why: `the fault hit nothing, with ${variant.journeys} journeys it could have hurt`,
  };
}

function held(
  { excessFailed, excessSlow, variant }: CellFigures,
  { tolerance, passing }: Bar,
): Judged | null {
  const allowed = tolerance * passing;
  if (excessFailed[1] > allowed || excessSlow[1] > allowed) return null;
  const worst = Math.max(0, excessFailed[1], excessSlow[1]);
  const why = `of ${variant.journeys} journeys with the fault at most ${points(worst)} points more failed or were slow`;
  return { verdict: 'survives', why };
}

function openWords({ excessFailed, excessSlow, variant }: CellFigures, { tolerance, passing }: Bar): string {
  const between = ([low, high]: readonly [number, number]) => `${points(low)} and ${points(high)} points`;
  return (
    `${variant.journeys} journeys with the fault are too few: between ${between(excessFailed)} more failed, between ` +
    `${between(excessSlow)} more were slow, and ${points(tolerance * passing)} is the limit`
  );
}

function share(count: number, of: number): number {
  return of === 0 ? 0 : count / of;
}

function percent(count: number, of: number): string {
  return of === 0 ? 'none' : `${Math.round((100 * count) / of)} %`;
}

function points(of: number): string {
  return (100 * of).toFixed(1);
}
