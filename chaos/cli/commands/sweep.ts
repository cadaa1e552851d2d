import { StormglassError } from '@stormglass/agents/contract';
import { SWEEP_EXPORTS, type Sweep, SweepRequest, VERDICTS } from '../../contract/index.ts';
import type { Dashboard } from '../api.ts';
import { type Context, command, DASHBOARD_OPTIONS, type Values } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { usage } from '../exit-codes.ts';
import { followSweep } from '../follow-sweep.ts';
import { conclusion, planLines, resultLine, sweepCode } from '../sweep-words.ts';
import { oneOf, seedOf } from '../values.ts';

const OPTIONS = {
  minutes: { type: 'string', value: 'N', about: 'begin nothing that would not end within them (default 10)' },
  plan: { type: 'boolean', about: 'only list what would be tried, in which order, and what would not' },
  only: { type: 'string', value: 'TEXT', multiple: true, about: 'cells in whose id the text is found' },
  type: { type: 'string', value: 'FAULT', multiple: true, about: 'faults of this type' },
  seed: { type: 'string', value: 'N', about: 'plan the same again, and pick the same traces' },
  parallel: { type: 'string', value: 'N', about: 'at most so many independent cells at once (default 2)' },
  'cell-seconds': { type: 'string', value: 'N', about: 'longest life of one fault (default 45)' },
  tolerance: { type: 'string', value: 'SHARE', about: 'of failing journeys that is no break (default 0.1)' },
  wide: { type: 'boolean', about: 'faults that hurt everybody too, against the time before' },
  together: { type: 'boolean', about: 'the cells that are asked for at once, as one' },
  resume: { type: 'string', value: 'ID', about: 'go on with a sweep that was stopped or interrupted' },
  of: { type: 'string', value: 'ID', about: 'the sweep to export or shrink from (default the newest)' },
  shrink: {
    type: 'string',
    value: 'CELL',
    multiple: true,
    about: 'try these cells at once, and find the fewest that still break something',
  },
  export: { type: 'string', value: 'CELL', about: 'write the cell (or a shrink, by its id) to stdout' },
  as: { type: 'string', value: 'FORMAT', words: SWEEP_EXPORTS, about: 'experiment (default) or playwright' },
  ...DASHBOARD_OPTIONS,
} as const;
type Given = Values<typeof OPTIONS>;

export const sweep = command({
  name: 'sweep',
  about: 'try every fault that applies to every place of the observed map, one short experiment each',
  arguments: [],
  options: OPTIONS,
  more: `Only half of the traces are hurt; the other half is the control group. Ctrl-C stops the sweep and waits until its faults are
reverted. Exits with 0 when all that was judged survives, 1 when something breaks or corrupts, 2 when something degrades, 5
when a fault was not reverted, 6 when nothing could be judged, 7 when it was stopped. See docs/sweep.md.`,
  act: async ({ values }, context) => {
    const dashboard = dashboardOf(values, context.env);
    if (values.export !== undefined) return exportCell(dashboard, values.export, values, context);
    if (values.shrink.length > 0) return shrink(dashboard, values, context);
    if (values.resume !== undefined) {
      return toEnd(dashboard, await dashboard.changeSweep(values.resume, 'resume'), context);
    }
    const started = await dashboard.startSweep({ ...requestOf(values), dry: values.plan });
    if (started.sweep !== null) return toEnd(dashboard, started.sweep, context);
    if (context.json) context.terminal.out(JSON.stringify(started));
    else for (const line of planLines(started)) context.terminal.out(line);
    return 0;
  },
});

function requestOf(values: Given): Partial<SweepRequest> {
  const asked = {
    minutes: numberOf('minutes', values.minutes),
    seed: seedOf(values.seed),
    ...{ only: values.only, types: values.type, wide: values.wide, together: values.together },
    parallel: numberOf('parallel', values.parallel),
    cellSeconds: numberOf('cell-seconds', values['cell-seconds']),
    tolerance: numberOf('tolerance', values.tolerance),
  };
  const known = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const parsed = SweepRequest.safeParse(known);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usage(`${issue?.path.join('.') ?? 'an option'}: ${issue?.message ?? 'is wrong'}`, 'sweep');
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw usage(`--${option} is ${text}; write a number`, 'sweep');
  return value;
}

async function toEnd(dashboard: Dashboard, started: Sweep, { terminal, json }: Context): Promise<number> {
  let told = 0;
  const ended = await followSweep(dashboard, started, terminal, {
    over: ({ state }) => state !== 'running',
    tell: ({ results }) => {
      for (const result of results.slice(told)) {
        terminal.out(json ? JSON.stringify({ result }) : resultLine(result, terminal));
      }
      told = results.length;
    },
  });
  const exitCode = sweepCode(ended);
  if (json) terminal.out(JSON.stringify({ sweep: ended, exitCode }));
  else for (const line of conclusion(ended)) terminal.out(line);
  return exitCode;
}

async function sweepId(dashboard: Dashboard, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const [newest] = await dashboard.sweeps();
  if (newest !== undefined) return newest.id;
  throw new StormglassError('not_found', 'there is no sweep yet', 'Start one: stormglass sweep.');
}

async function exportCell(
  dashboard: Dashboard,
  cell: string,
  values: Given,
  { terminal, json }: Context,
): Promise<number> {
  const as = oneOf('as', values.as ?? 'experiment', SWEEP_EXPORTS);
  const file = await dashboard.exportSweep(await sweepId(dashboard, values.of), cell, as);
  if (json) terminal.out(JSON.stringify(file));
  else terminal.write(file.text);
  return 0;
}

async function shrink(dashboard: Dashboard, values: Given, { terminal, json }: Context): Promise<number> {
  const id = await sweepId(dashboard, values.of);
  const started = await dashboard.changeSweep(id, 'shrink', { cells: values.shrink });
  const mine = started.shrinks.at(-1)?.id;
  const find = ({ shrinks }: Sweep) => shrinks.find((one) => one.id === mine);
  let told = 0;
  const ended = await followSweep(dashboard, started, terminal, {
    over: (now) => find(now)?.state !== 'running',
    tell: (now) => {
      const tries = find(now)?.tries ?? [];
      for (const { result } of tries.slice(told)) {
        terminal.out(json ? JSON.stringify({ result }) : resultLine(result, terminal));
      }
      told = tries.length;
    },
  });
  const found = find(ended);
  const smallest = found?.smallest ?? null;
  if (json) terminal.out(JSON.stringify({ shrink: found }));
  else
    terminal.out(
      smallest === null
        ? `nothing was found: ${found?.why}`
        : `smallest: ${smallest.join(' + ')}; export it with --export ${mine}`,
    );
  if (found?.state !== 'ended') return VERDICTS.aborted;
  return smallest === null ? VERDICTS.passed : VERDICTS.deviated;
}
