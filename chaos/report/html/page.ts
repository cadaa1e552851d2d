import { assertNever } from '@stormglass/agents/contract';
import { type Run, VERDICTS, type Verdict } from '../../contract/index.ts';
import { MEANING } from '../words.ts';
import { drawing, HATCH } from './drawing.ts';
import { figures } from './figures.ts';
import { html, type Markup, verbatim } from './markup.ts';
import { conditions, experimentFile, instants, journal } from './sections.ts';
import { STYLES } from './styles.ts';
import { timelineOf } from './timeline.ts';

/** Widths the timeline is drawn for: a page on a screen or on paper, and a phone. */
const WIDE = 1040;
const NARROW = 340;

/** A run as one file of HTML: no script, nothing from the network, readable dark, light and on paper. */
export function renderHtml(run: Run): string {
  const { experiment } = run;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${experiment.title}: ${verdictWords(run)}</title>
<style>${verbatim(STYLES)}</style></head>
<body>${HATCH}<main>
${head(run)}
${measured(run)}
${journal(run)}
${experimentFile(run)}
<footer>Stormglass. Times are from the start of the run; t0 to t4 and every formula are explained in docs/experiments.md.</footer>
</main></body></html>
`;
  return page.text;
}

/** What was measured: the timeline, and the figures of the recovery where there are any. It wants `HATCH` in the page. */
export function measured(run: Run): Markup {
  const { recovery } = run;
  const timeline = timelineOf(run);
  return html`<section class="panel"><h2>Timeline</h2>
${drawing(timeline, WIDE, 'wide')}
${drawing(timeline, NARROW, 'narrow')}
</section>
${recovery === null ? null : figures(run, recovery)}
${recovery === null ? null : html`<section class="panel"><div class="columns">${instants(run, recovery)}${conditions(run, recovery)}</div></section>`}`;
}

/** The verdict as a word on its tint. */
export const tag = (run: Run): Markup =>
  html`<span class="tag ${toneOf(run.verdict)}">${verdictWords(run)}</span>`;

function head(run: Run): Markup {
  const { experiment, verdict, why, seed, unprotected } = run;
  const code = verdict === null ? null : html`<span class="quiet">exit ${VERDICTS[verdict]}</span>`;
  const ended =
    run.endedAt === null ? 'still running' : `took ${((run.endedAt - run.startedAt) / 1000).toFixed(1)} s`;
  const started = new Date(run.startedAt).toISOString().replace('T', ' ').slice(0, 19);
  return html`<header><div class="head"><h1>${experiment.title}</h1>${tag(run)}${code}</div>
<div class="facts"><span>Run <span class="mono">${run.id}</span></span><span>${started} UTC, ${ended}</span><span>seed ${seed}</span>
<span>${unprotected ? 'without its protections' : 'with its protections'}</span><span>started by ${run.startedBy}</span></div>
<p class="story"><b>${verdict === null ? 'It has not ended yet.' : MEANING[verdict]}</b> ${sentence(why)}</p>
<p class="story">${experiment.description}</p></header>`;
}

function verdictWords({ verdict, phase }: Run): string {
  if (verdict === null) return `running, ${phase}`;
  if (verdict === 'degraded-recovered') return 'Degraded, recovered';
  return capital(verdict.replaceAll('-', ' '));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The engine gives its reason as a clause. */
const sentence = (why: string): string => (why === '' ? '' : `${capital(why).replace(/\.$/, '')}.`);

function toneOf(verdict: Verdict | null): string {
  switch (verdict) {
    case 'passed':
      return 'ok';
    case 'degraded-recovered':
    case 'aborted':
      return 'degraded';
    case 'deviated':
    case 'revert-failed':
    case 'injection-failed':
    case 'invalid':
      return 'failing';
    case 'not-run':
    case 'inconclusive':
    case 'interrupted':
    case null:
      return 'unknown';
    default:
      return assertNever(verdict);
  }
}
