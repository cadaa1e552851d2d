import { basename, extname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { StormglassError } from '@stormglass/agents/contract';
import { type Run, VERDICTS, type Verdict } from '../../contract/index.ts';
import { parseExperiment } from '../../engine/index.ts';
import type { Dashboard } from '../api.ts';
import { brokenBudgets, budgetOf } from '../budget.ts';
import { type Context, command, DASHBOARD_OPTIONS } from '../command.ts';
import { COMPAT_OPTIONS, compatWords, runHere } from '../compat.ts';
import { dashboardOf } from '../dashboard.ts';
import { isFile, textOf } from '../files.ts';
import { follow, progress, summary, type Tell } from '../follow.ts';
import { REPORT_OPTIONS, reportsOf, writeReports } from '../reports.ts';
import type { Terminal } from '../terminal.ts';
import { oneOf, seedOf } from '../values.ts';

const VERDICT_NAMES = Object.keys(VERDICTS) as (keyof typeof VERDICTS)[];

const OPTIONS = {
  seed: { type: 'string', value: 'N', about: 'pick the same requests again' },
  unprotected: { type: 'boolean', about: 'without the protections which the experiment names' },
  accept: {
    type: 'string',
    value: 'VERDICT',
    multiple: true,
    words: VERDICT_NAMES,
    about: 'exit with 0 on this verdict as well',
  },
  budget: {
    type: 'string',
    value: 'FIGURE=TIME',
    multiple: true,
    about: 'exit with 1 when detect, mitigate, recover or outage took longer: recover=10s',
  },
  ...REPORT_OPTIONS,
  ...DASHBOARD_OPTIONS,
  ...COMPAT_OPTIONS,
} as const;

export const run = command({
  name: 'run',
  about: 'run an experiment and follow it; exits with the code of its verdict',
  arguments: [{ name: 'file|id', words: 'experiment' }],
  options: OPTIONS,
  more: `A file must be in the experiments folder of the dashboard. Ctrl-C aborts the run and waits until its faults are
reverted. With --json each event is a line {"event": ...}, and the last line is {"run", "exitCode", "broken"}.`,
  act: async ({ args, values }, context) => {
    const { terminal, json } = context;
    if (values.compat) {
      return runHere(compatWords(args[0] ?? '', values), dashboardOf(values, context.env), terminal.err);
    }
    const reports = reportsOf(values);
    const budgets = values.budget.map(budgetOf);
    const accepted = values.accept.map((word) => oneOf('accept', word, VERDICT_NAMES));
    const dashboard = dashboardOf(values, context.env);
    const how = { seed: seedOf(values.seed), unprotected: values.unprotected };
    const started = await begin(dashboard, args[0] ?? '', how);
    if (!json) terminal.out(title(started, terminal));
    const ended = await follow(dashboard, started, terminal, json ? asLines(terminal) : inWords(terminal));
    const broken = brokenBudgets(budgets, ended.recovery);
    await writeReports(reports, ended);
    const exitCode = exitCodeOf(ended, accepted, broken);
    conclude(ended, { exitCode, broken }, context);
    return exitCode;
  },
});

async function begin(
  dashboard: Dashboard,
  word: string,
  how: { seed: number | undefined; unprotected: boolean },
): Promise<Run> {
  if (!isFile(word)) return dashboard.start(word, how);
  const spec = parseExperiment(await textOf(word));
  const id = basename(word, extname(word));
  const started = await dashboard.start(id, how);
  if (isDeepStrictEqual(spec, started.experiment)) return started;
  await dashboard.abort(started.id);
  throw new StormglassError(
    'experiment_invalid',
    `The dashboard has another experiment under the name ${id} than ${word}.`,
    'Copy the file into the experiments folder of the dashboard (STORMGLASS_EXPERIMENTS).',
  );
}

function title({ experiment, id, seed }: Run, { ink }: Terminal): string {
  return `${ink('bold', experiment.title)} (run ${id}, seed ${seed})`;
}

function inWords({ out, ink }: Terminal): Tell {
  return (current, told) => {
    for (const line of progress(told, current))
      out(/FAILED|TRIPPED|NOT REVERTED/.test(line) ? ink('red', line) : line);
  };
}

function asLines({ out }: Terminal): Tell {
  return (current, told) => {
    for (const event of current.events.slice(told)) out(JSON.stringify({ event }));
  };
}

function exitCodeOf({ verdict }: Run, accepted: readonly Verdict[], broken: readonly string[]): number {
  const reached = verdict ?? 'interrupted';
  const code = accepted.includes(reached) ? 0 : VERDICTS[reached];
  return code === 0 && broken.length > 0 ? VERDICTS.deviated : code;
}

function conclude(
  ended: Run,
  outcome: { exitCode: number; broken: string[] },
  { terminal, json }: Context,
): void {
  if (json) {
    terminal.out(JSON.stringify({ run: ended, ...outcome }));
    return;
  }
  const line = summary(ended);
  if (line !== '') terminal.out(line);
  for (const words of outcome.broken) terminal.out(terminal.ink('red', words));
}
