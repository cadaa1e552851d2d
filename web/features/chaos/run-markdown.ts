import type { Run } from '@stormglass/chaos/contract';
import { durationText } from '../../ui/format.ts';

/** A run as Markdown, for a ticket. */
export function runMarkdown(run: Run, story: string): string {
  const r = run.recovery;
  const figures = r
    ? ([
        ['Detect', r.detect],
        ['Mitigate', r.mitigate],
        ['Recover', r.recover],
        ['Hurt to healthy', r.outage],
        ['Lost requests', r.lostRequests],
        ['Blast radius', r.blastRadius],
        ['Queue peak', r.queuePeak],
      ] as const)
    : [];
  const value = (f: (typeof figures)[number][1]) =>
    f.value === null ? 'unknown' : f.unit === 'ms' ? durationText(f.value) : `${f.value} ${f.unit}`;
  const rows = figures.map(([name, f]) => `| ${name} | ${value(f)} | \`${f.formula}\` | ${f.inputs} |`);
  return [
    `# ${run.experiment.title}: ${run.verdict ?? 'running'}`,
    '',
    `Run ${run.id}, seed ${run.seed}, by ${run.startedBy}, started ${new Date(run.startedAt).toISOString()}.`,
    '',
    story,
    ...(run.why === '' ? [] : ['', run.why]),
    '',
    '| figure | value | formula | inputs |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
