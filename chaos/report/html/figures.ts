import type { Recovery, Run } from '../../contract/index.ts';
import { type RawPoint, rawPoints } from '../raw-points.ts';
import { figureText, type NamedFigure, namedFigures, offsetText } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** More raw points than that are not printed: they would fill pages. */
const PRINTED = 8;

/** Every figure of the run, with its formula, inputs and raw points folded below it. */
export function figures(run: Run, recovery: Recovery): Markup {
  return html`<section class="panel long"><h2>Figures</h2>
<div class="figures">
${namedFigures(recovery).map((one) => card(run, one))}
</div></section>`;
}

function card(run: Run, { id, name, figure }: NamedFigure): Markup {
  const points = rawPoints(figure);
  const bad = isBroken(run, id, figure.value) || (id === 'lostRequests' && (figure.value ?? 0) > 0);
  const tone = figure.value === null ? 'unknown' : bad ? 'failing' : '';
  return html`<div class="figure"><h3>${name}</h3><div class="value ${tone}">${figureText(figure)}</div>
${budgetNote(run, id)}
<details><summary>Formula${points.length === 0 ? '' : ` and ${points.length} raw ${points.length === 1 ? 'point' : 'points'}`}</summary>
<code>${figure.formula}</code><p>${figure.inputs}</p>
${points.length === 0 ? null : table(run, points)}</details></div>`;
}

function table(run: Run, points: readonly RawPoint[]): Markup {
  return html`<div class="scroll ${points.length > PRINTED ? 'many' : ''}" tabindex="0" role="group" aria-label="Raw points"><table><tbody>
${points.map(
  ({ at, what, value }) =>
    html`<tr><td class="at">${at === null ? '' : offsetText(run, at)}</td><td>${what}</td><td>${value}</td></tr>`,
)}
</tbody></table></div>`;
}

const budgetSeconds = ({ experiment }: Run, id: string): number | undefined =>
  id === 'detect' || id === 'recover' ? experiment.budget[id] : undefined;

function isBroken(run: Run, id: string, ms: number | null): boolean {
  const budget = budgetSeconds(run, id);
  return budget !== undefined && ms !== null && ms > budget * 1000;
}

function budgetNote(run: Run, id: string): Markup | null {
  const budget = budgetSeconds(run, id);
  return budget === undefined ? null : html`<div class="quiet">budget ${budget} s</div>`;
}
