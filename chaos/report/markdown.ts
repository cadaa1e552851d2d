import type { Recovery, Run } from '../contract/index.ts';
import { instantsOf } from './instants.ts';
import { eventText, figureText, MEANING, namedFigures, offsetText } from './words.ts';

/** A run as Markdown, for a pull request or a wiki. */
export function renderMarkdown(run: Run): string {
  const { experiment, verdict } = run;
  const parts = [
    `# ${experiment.title}`,
    `**${verdict ?? `running, ${run.phase}`}**${verdict === null ? '' : `: ${MEANING[verdict]}`}`,
    run.why,
    experiment.description,
    facts(run),
    ...(run.recovery === null ? [] : recoverySections(run, run.recovery)),
    '## What happened',
    journal(run),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function facts(run: Run): string {
  const ended = run.endedAt === null ? 'still running' : `took ${seconds(run.endedAt - run.startedAt)}`;
  const rows = [
    `Run \`${run.id}\` of \`${run.experimentId}\`, seed ${run.seed}${run.unprotected ? ', without its protections' : ''}`,
    `Started ${new Date(run.startedAt).toISOString()} by ${run.startedBy}, ${ended}`,
  ];
  return rows.map((row) => `- ${row}`).join('\n');
}

function recoverySections(run: Run, recovery: Recovery): string[] {
  const { sagas } = recovery;
  const instants = instantsOf(recovery).map(({ id, what, at }) => [
    id,
    what,
    at === null ? '' : offsetText(run, at),
  ]);
  const figures = namedFigures(recovery).map(({ name, figure }) => [
    name,
    figureText(figure),
    figure.formula,
    figure.inputs,
  ]);
  const conditions = recovery.conditions.map((condition) => [
    condition.title,
    condition.since === null ? 'not now' : offsetText(run, condition.since),
    condition.broken.map(([a, b]) => `${offsetText(run, a)} to ${offsetText(run, b)}`).join(', ') || 'never',
    condition.detail,
  ]);
  const outcome =
    `Sagas: ${sagas.confirmed} confirmed, ${sagas.compensated} compensated, ` +
    `${sagas.active} active, ${sagas.stuck} stuck.`;
  return [
    '## Recovery',
    table(['', 'instant', 'at'], instants),
    table(['figure', 'value', 'formula', 'inputs'], figures),
    table(['condition', 'holds since', 'broken', 'detail'], conditions),
    outcome,
  ];
}

function journal(run: Run): string {
  const lines = run.events.flatMap((event) => {
    const text = eventText(event);
    return text === null ? [] : [`- ${offsetText(run, event.at)} ${text}`];
  });
  return lines.join('\n');
}

/** A table of Markdown, whatever its cells hold. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
