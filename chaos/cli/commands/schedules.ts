import { type ScheduleView, type StartView, WEEKDAYS, WeeklyWindow } from '../../contract/index.ts';
import { command, DASHBOARD_OPTIONS, type Values } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { usage } from '../exit-codes.ts';
import { columns } from '../table.ts';
import { oneOf, seedOf } from '../values.ts';

const FIELDS = {
  name: { type: 'string', value: 'WORDS', about: 'what it is called' },
  cron: {
    type: 'string',
    value: "'30 9 * * MON-FRI'",
    about: 'minute, hour, day of month, month, day of week',
  },
  zone: { type: 'string', value: 'ZONE', about: 'time zone, such as Europe/Berlin (default UTC)' },
  between: {
    type: 'string',
    value: 'mon-fri/09:00-17:00',
    multiple: true,
    about: 'start nothing outside of these hours; any number of them',
  },
  busy: {
    type: 'string',
    value: 'skip|queue',
    words: ['skip', 'queue'],
    about: 'what becomes of a start while something else runs (default skip)',
  },
  seed: { type: 'string', value: 'N', about: 'seed of its runs (default 1)' },
} as const;

export const schedulesList = command({
  name: 'schedules list',
  about: 'what is started again and again, and when next',
  arguments: [],
  options: DASHBOARD_OPTIONS,
  act: async ({ values }, { terminal, env, json }) => {
    const schedules = await dashboardOf(values, env).schedules.list();
    if (json) terminal.out(JSON.stringify({ schedules }));
    else if (schedules.length === 0) terminal.out('there is no schedule');
    else for (const line of columns(schedules.map(row))) terminal.out(line);
    return 0;
  },
});

export const schedulesAdd = command({
  name: 'schedules add',
  about: 'start an experiment again and again',
  arguments: [{ name: 'experiment', words: 'experiment' }],
  options: { ...FIELDS, paused: { type: 'boolean', about: 'begin only when resumed' }, ...DASHBOARD_OPTIONS },
  more: `  stormglass schedules add payment-latency-opens-breaker --cron '0 3 * * MON-FRI' --zone Europe/Berlin --busy queue`,
  act: async ({ args, values }, { terminal, env, json }) => {
    if (values.cron === undefined)
      throw usage("schedules add wants --cron '0 3 * * MON-FRI'", 'schedules add');
    const experimentId = args[0] ?? '';
    const made = await dashboardOf(values, env).schedules.add({
      ...{ experimentId, name: values.name ?? experimentId, cron: values.cron, paused: values.paused },
      ...given(values),
    });
    terminal.out(json ? JSON.stringify(made) : row(made).join('  '));
    return 0;
  },
});

export const schedulesChange = command({
  name: 'schedules change',
  about: 'change a schedule; what was due before is not caught up with',
  arguments: [{ name: 'id' }],
  options: { ...FIELDS, ...DASHBOARD_OPTIONS },
  act: async ({ args, values }, { terminal, env, json }) => {
    const { name, cron } = values;
    const change = { ...(name === undefined ? {} : { name }), ...(cron === undefined ? {} : { cron }) };
    const changed = await dashboardOf(values, env).schedules.change(args[0] ?? '', {
      ...change,
      ...given(values),
    });
    terminal.out(json ? JSON.stringify(changed) : row(changed).join('  '));
    return 0;
  },
});

const pausing = (paused: boolean) =>
  command({
    name: paused ? 'schedules pause' : 'schedules resume',
    about: paused ? 'start nothing more until resumed' : 'go on, from the next time on',
    arguments: [{ name: 'id' }],
    options: DASHBOARD_OPTIONS,
    act: async ({ args, values }, { terminal, env, json }) => {
      const changed = await dashboardOf(values, env).schedules.change(args[0] ?? '', { paused });
      terminal.out(json ? JSON.stringify(changed) : row(changed).join('  '));
      return 0;
    },
  });
export const schedulesPause = pausing(true);
export const schedulesResume = pausing(false);

export const schedulesRun = command({
  name: 'schedules run',
  about: 'start it now, outside of its hours too',
  arguments: [{ name: 'id' }],
  options: DASHBOARD_OPTIONS,
  more: 'Exits with 1 when nothing was started.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const start = await dashboardOf(values, env).schedules.runNow(args[0] ?? '');
    terminal.out(json ? JSON.stringify(start) : startRow(start).join('  '));
    return start.outcome === 'started' || start.outcome === 'queued' ? 0 : 1;
  },
});

export const schedulesDelete = command({
  name: 'schedules delete',
  about: 'delete a schedule; its history stays',
  arguments: [{ name: 'id' }],
  options: DASHBOARD_OPTIONS,
  act: async ({ args, values }, { terminal, env, json }) => {
    const gone = await dashboardOf(values, env).schedules.remove(args[0] ?? '');
    terminal.out(json ? JSON.stringify(gone) : `${gone.name} is deleted`);
    return 0;
  },
});

export const schedulesHistory = command({
  name: 'schedules history',
  about: 'what became of each start, newest first',
  arguments: [{ name: 'id', optional: true }],
  options: DASHBOARD_OPTIONS,
  act: async ({ args, values }, { terminal, env, json }) => {
    const starts = await dashboardOf(values, env).schedules.history(args[0]);
    if (json) terminal.out(JSON.stringify({ starts }));
    else if (starts.length === 0) terminal.out('nothing was due yet');
    else for (const line of columns(starts.map(startRow))) terminal.out(line);
    return 0;
  },
});

type Given = Pick<Values<typeof FIELDS>, 'zone' | 'between' | 'busy' | 'seed'>;

function given({ zone, between, busy, seed }: Given) {
  const number = seedOf(seed);
  return {
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...(between.length === 0 ? {} : { onlyBetween: between.map(windowOf) }),
    ...(busy === undefined ? {} : { whenBusy: oneOf('busy', busy, ['skip', 'queue']) }),
    ...(number === undefined ? {} : { seed: number }),
  };
}

/** `mon-fri/09:00-17:00`, `sat,sun/10:00-12:00`, `22:00-04:00`. */
function windowOf(text: string): WeeklyWindow {
  const [hours, days] = text.split('/').toReversed();
  const [from, to] = (hours ?? '').split('-');
  const made = WeeklyWindow.safeParse({ from, to, ...(days === undefined ? {} : { days: daysOf(days) }) });
  if (made.success) return made.data;
  throw usage(`--between is ${text}; write mon-fri/09:00-17:00, or 22:00-04:00 for every day`);
}

function daysOf(text: string): string[] {
  return text.split(',').flatMap((part) => {
    const [first, last] = part.split('-').map((day) => (WEEKDAYS as readonly string[]).indexOf(day));
    if (first === undefined || last === undefined) return [part];
    return first < 0 || last < first ? [part] : WEEKDAYS.slice(first, last + 1);
  });
}

const instant = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

function row({ id, nextAt, cron, timeZone, experimentId, name }: ScheduleView): string[] {
  const next = nextAt === null ? 'paused' : `next ${instant(nextAt)}`;
  return [id, next, `${cron} (${timeZone})`, experimentId, name];
}

function startRow({ dueAt, outcome, verdict, runId, why }: StartView): string[] {
  const result = outcome === 'started' ? (verdict ?? 'runs') : outcome;
  return [instant(dueAt), result, [runId ?? '', why].filter((part) => part !== '').join('  ')];
}
