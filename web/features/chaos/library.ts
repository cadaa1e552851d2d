import type { ExperimentSpec, Run, RunSummary, Tolerance } from '@stormglass/chaos/contract';
import { faultLines } from '../../ui/fault-lines.ts';
import { durationText } from '../../ui/format.ts';

export interface ExperimentCard {
  id: string;
  title: string;
  story: string;
  /** What it will hurt, a line each fault. */
  hurts: string[];
  /** What must hold before and after. */
  steady: string;
  /** What an unprotected run goes without, and what is then to be seen; a line each. */
  without: string[];
  /** What aborts it. */
  guards: string[];
  last: RunSummary | null;
  runs: number;
}

/** The library, each experiment with its newest run. */
export function experimentCards(
  experiments: readonly { id: string; spec: ExperimentSpec }[],
  runs: readonly RunSummary[],
): ExperimentCard[] {
  return experiments.map(({ id, spec }) => {
    const mine = runs.filter((r) => r.experimentId === id).sort((a, b) => b.startedAt - a.startedAt);
    return {
      id,
      title: spec.title,
      story: spec.story || spec.description,
      hurts: faultLines(spec),
      steady: spec['steady-state-hypothesis'].title,
      without: spec.ablations.map((a) => `Without ${a.protection} in ${a.service}: ${a.hurts}`),
      guards: spec.guards.map((g) => g.name),
      last: mine[0] ?? null,
      runs: mine.length,
    };
  });
}

/** A tolerance as people say it. */
export function toleranceWords(tolerance: Tolerance | undefined): string {
  if (tolerance === undefined) return 'any';
  if (typeof tolerance === 'object') return `${tolerance.range[0]} to ${tolerance.range[1]}`;
  return String(tolerance);
}

/** Where a guard's value stands between its bounds, 0..1; null when it cannot be said. */
export function guardShare(value: number | null, tolerance: Tolerance | undefined): number | null {
  if (value === null || typeof tolerance !== 'object') return null;
  const [low, high] = tolerance.range;
  return high === low ? null : Math.min(1, Math.max(0, (value - low) / (high - low)));
}

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
