import type { GameDay, GameDayReport, GameDayStep, Run } from '../contract/index.ts';
import { html, type Markup, verbatim } from './html/markup.ts';
import { STYLES } from './html/styles.ts';
import { renderMarkdown } from './markdown.ts';
import { MEANING } from './words.ts';

export const GAMEDAY_FORMATS = ['html', 'markdown', 'json'] as const;
export type GameDayFormat = (typeof GAMEDAY_FORMATS)[number];

/** A game day with all its runs, in order, and what people wrote. */
export function renderGameDay(report: GameDayReport, format: GameDayFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'markdown':
      return markdown(report);
    case 'html':
      return page(report);
  }
}

/** One line of what happened: a step, or a note. */
interface Entry {
  at: number;
  text: string;
  run: Run | null;
}

function entriesOf({ gameday, runs }: GameDayReport): Entry[] {
  const steps = gameday.done.flatMap((done, index): Entry[] => {
    const step = gameday.plan.steps[index];
    if (step === undefined) return [];
    const run = runs.find(({ id }) => id === done.runId) ?? null;
    return [{ at: done.startedAt, text: stepText(step, run), run }];
  });
  const notes = gameday.notes.map(
    ({ at, by, text }): Entry => ({ at, text: `${by} noted: ${text}`, run: null }),
  );
  return [...steps, ...notes].sort((a, b) => a.at - b.at);
}

function stepText(step: GameDayStep, run: Run | null): string {
  switch (step.type) {
    case 'experiment': {
      const verdict = run?.verdict ?? null;
      const meaning = verdict === null ? 'no verdict' : `${verdict}: ${MEANING[verdict]}`;
      return `${run?.experiment.title ?? step.id}, seed ${step.seed}: ${meaning}`;
    }
    case 'pause':
      return `Pause of ${step.seconds} s${step.says === '' ? '' : `: ${step.says}`}`;
    case 'ask':
      return `Asked: ${step.says}`;
  }
}

function outcomeOf({ state, why, done, plan }: GameDay): string {
  const left = plan.steps.length - done.length;
  return `${state}${why === '' ? '' : `: ${why}`}${left === 0 ? '' : `; ${left} steps were not begun`}`;
}

const utc = (at: number): string => `${new Date(at).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
const offset = (gameday: GameDay, at: number): string => {
  const seconds = Math.max(0, Math.round((at - gameday.startedAt) / 1000));
  return `+${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

function markdown(report: GameDayReport): string {
  const { gameday, runs } = report;
  const parts = [
    `# ${gameday.plan.title}`,
    `**${outcomeOf(gameday)}**`,
    gameday.plan.description.trim(),
    `- Started ${utc(gameday.startedAt)} by ${gameday.startedBy}`,
    '## What happened',
    entriesOf(report)
      .map(({ at, text }) => `- ${offset(gameday, at)} ${text.replaceAll('\n', ' ')}`)
      .join('\n'),
    ...runs.map((run) => renderMarkdown(run).replaceAll(/^#/gm, '##').trim()),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function page(report: GameDayReport): string {
  const { gameday } = report;
  const rows = entriesOf(report).map(({ at, text, run }): Markup => {
    const why = run === null || run.why === '' ? null : html`<br><span class="quiet">${run.why}</span>`;
    return html`<tr><td class="mono">${offset(gameday, at)}</td><td>${text}${why}</td></tr>`;
  });
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${gameday.plan.title}</title>
<style>${verbatim(STYLES)}</style></head>
<body><main>
<header><div class="head"><h1>${gameday.plan.title}</h1></div>
<div class="facts"><span>${utc(gameday.startedAt)}</span><span>started by ${gameday.startedBy}</span></div>
<p class="story"><b>${outcomeOf(gameday)}</b></p><p class="story">${gameday.plan.description}</p></header>
<section class="panel"><h2>What happened</h2><table><tbody>
${rows}
</tbody></table></section>
<footer>Stormglass. Times are from the start of the game day; each run has a report of its own.</footer>
</main></body></html>
`.text;
}
