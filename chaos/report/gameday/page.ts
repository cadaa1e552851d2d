import type { GameDayReport, Run } from '../../contract/index.ts';
import { HATCH } from '../html/drawing.ts';
import { html, type Markup, verbatim } from '../html/markup.ts';
import { measured, tag } from '../html/page.ts';
import { STYLES } from '../html/styles.ts';
import { entriesOf, offsetOf, outcomeOf, utc, VERDICT_COLUMNS, verdictRow } from './sequence.ts';

/** A game day as one file of HTML: no script, nothing from the network. */
export function gameDayPage(report: GameDayReport): string {
  const { gameday, runs } = report;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${gameday.plan.title}</title>
<style>${verbatim(STYLES)}</style></head>
<body>${HATCH}<main>
<header><div class="head"><h1>${gameday.plan.title}</h1></div>
<div class="facts"><span>${utc(gameday.startedAt)}</span><span>started by ${gameday.startedBy}</span></div>
<p class="story"><b>${outcomeOf(gameday)}</b></p><p class="story">${gameday.plan.description}</p></header>
${sequence(report)}
${runs.length === 0 ? null : verdicts(runs)}
${runs.map(ofRun)}
<footer>Stormglass. Times are from the start of the game day, those of a run from its own.</footer>
</main></body></html>
`.text;
}

function sequence(report: GameDayReport): Markup {
  return html`<section class="panel long"><h2>What happened</h2><table><tbody>
${entriesOf(report).map(({ at, text, run }) => {
  const why = run === null || run.why === '' ? null : html`<br><span class="quiet">${run.why}</span>`;
  return html`<tr><td class="at mono">${offsetOf(report.gameday, at)}</td><td>${text}${why}</td></tr>`;
})}
</tbody></table></section>`;
}

function verdicts(runs: readonly Run[]): Markup {
  return html`<section class="panel"><h2>Verdicts</h2><div class="scroll" tabindex="0" role="group" aria-label="Verdicts"><table>
<thead><tr>${VERDICT_COLUMNS.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>
${runs.map((run) => html`<tr>${verdictRow(run).map((cell) => html`<td>${cell}</td>`)}</tr>`)}
</tbody></table></div></section>`;
}

function ofRun(run: Run): Markup {
  return html`<section style="margin-top:28px"><div class="head"><h2>${run.experiment.title}</h2>${tag(run)}</div>
<div class="facts"><span>Run <span class="mono">${run.id}</span></span><span>${utc(run.startedAt)}</span><span>seed ${run.seed}</span></div>
${measured(run)}</section>`;
}
