import type { GameDayReport } from '../../contract/index.ts';
import { renderMarkdown, table } from '../markdown.ts';
import { entriesOf, offsetOf, outcomeOf, utc, VERDICT_COLUMNS, verdictRow } from './sequence.ts';

/** The sequence with its notes, the verdicts side by side, then each run in full. */
export function gameDayMarkdown(report: GameDayReport): string {
  const { gameday, runs } = report;
  const entries = entriesOf(report).map(
    ({ at, text }) => `- ${offsetOf(gameday, at)} ${text.replaceAll('\n', ' ')}`,
  );
  const parts = [
    `# ${gameday.plan.title}`,
    `**${outcomeOf(gameday)}**`,
    gameday.plan.description.trim(),
    `- Started ${utc(gameday.startedAt)} by ${gameday.startedBy}`,
    '## What happened',
    entries.join('\n'),
    ...(runs.length === 0 ? [] : ['## Verdicts', table(VERDICT_COLUMNS, runs.map(verdictRow))]),
    ...runs.map((run) => renderMarkdown(run).replaceAll(/^#/gm, '##').trim()),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
