import { readFile } from 'node:fs/promises';
import { StormglassError } from '@stormglass/agents/contract';
import type { GameDay, GameDayStep } from '../../contract/index.ts';
import { parseGameDay } from '../../gameday/index.ts';
import { GAMEDAY_FORMATS, renderGameDay } from '../../report/index.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { EX_PARTLY } from '../exit-codes.ts';
import { save } from '../files.ts';
import { columns } from '../table.ts';
import { oneOf } from '../values.ts';

const POLL_MS = 1_000;

export const gamedayStart = command({
  name: 'gameday start',
  about: 'play the experiments of a game day file, one after the other',
  arguments: [{ name: 'file', words: 'file' }],
  options: { follow: { type: 'boolean', about: 'tell each step until the end' }, ...DASHBOARD_OPTIONS },
  more: 'With --follow exits with 1 when it ended before its last step; Ctrl-C stops it, and waits until its faults are reverted.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const plan = parseGameDay(await fileText(args[0] ?? ''));
    const api = dashboardOf(values, env).gamedays;
    let gameday = await api.start(plan);
    if (!json) terminal.out(`${gameday.id}  ${plan.title}`);
    let told = 0;
    while (values.follow && gameday.state === 'running') {
      if (!json) for (const line of stepLines(gameday, told)) terminal.out(line);
      told = gameday.done.length;
      if (terminal.interrupted.aborted) {
        terminal.err('stopping the game day; its faults are being reverted');
        gameday = await api.stop(gameday.id);
        break;
      }
      await terminal.sleep(POLL_MS);
      ({ gameday } = await api.report(gameday.id));
    }
    if (json) terminal.out(JSON.stringify(gameday));
    else if (values.follow) terminal.out(`${gameday.state}${gameday.why === '' ? '' : `: ${gameday.why}`}`);
    return values.follow && gameday.state !== 'ended' ? EX_PARTLY : 0;
  },
});

export const gamedayList = command({
  name: 'gameday list',
  about: 'game days, newest first',
  arguments: [],
  options: DASHBOARD_OPTIONS,
  act: async ({ values }, { terminal, env, json }) => {
    const gamedays = await dashboardOf(values, env).gamedays.list();
    if (json) terminal.out(JSON.stringify({ gamedays }));
    else if (gamedays.length === 0) terminal.out('there was no game day yet');
    else for (const line of columns(gamedays.map(row))) terminal.out(line);
    return 0;
  },
});

export const gamedayNote = command({
  name: 'gameday note',
  about: 'write something down while it goes on',
  arguments: [{ name: 'id' }, { name: 'text' }],
  options: DASHBOARD_OPTIONS,
  act: async ({ args, values }, { terminal, env, json }) => {
    const gameday = await dashboardOf(values, env).gamedays.note(args[0] ?? '', args[1] ?? '');
    terminal.out(json ? JSON.stringify(gameday) : `noted at step ${gameday.done.length}`);
    return 0;
  },
});

const ordering = (name: 'continue' | 'stop', about: string) =>
  command({
    name: `gameday ${name}`,
    about,
    arguments: [{ name: 'id' }],
    options: DASHBOARD_OPTIONS,
    act: async ({ args, values }, { terminal, env, json }) => {
      const api = dashboardOf(values, env).gamedays;
      const id = args[0] ?? '';
      const gameday = name === 'stop' ? await api.stop(id) : await api.goOn(id);
      terminal.out(json ? JSON.stringify(gameday) : row(gameday).join('  '));
      return 0;
    },
  });
export const gamedayContinue = ordering('continue', 'go on after a question, or end a pause before its time');
export const gamedayStop = ordering('stop', 'abort the run that is going on and begin no other step');

export const gamedayReport = command({
  name: 'gameday report',
  about: 'what happened, with the notes and every run',
  arguments: [{ name: 'id' }],
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      words: GAMEDAY_FORMATS,
      about: `one of ${GAMEDAY_FORMATS.join(', ')} (default markdown)`,
    },
    output: { type: 'string', value: 'FILE', words: 'file', about: 'write it there' },
    ...DASHBOARD_OPTIONS,
  },
  act: async ({ args, values }, { terminal, env, json }) => {
    const format = oneOf('format', values.format ?? (json ? 'json' : 'markdown'), GAMEDAY_FORMATS);
    const text = renderGameDay(await dashboardOf(values, env).gamedays.report(args[0] ?? ''), format);
    if (values.output === undefined) terminal.write(text);
    else await save(values.output, text);
    return 0;
  },
});

function row({ id, state, startedAt, plan, done }: GameDay): string[] {
  const steps = `${done.length} of ${plan.steps.length} steps`;
  return [id, new Date(startedAt).toISOString(), state, steps, plan.title];
}

function stepLines({ plan, done }: GameDay, told: number): string[] {
  return done.slice(told).flatMap((_, i) => {
    const step = plan.steps[told + i];
    if (step === undefined) return [];
    return [`step ${told + i + 1}  ${step.type}  ${stepWords(step)}`];
  });
}

function stepWords(step: GameDayStep): string {
  if (step.type === 'experiment') return step.id;
  return step.type === 'pause' ? `${step.seconds} s` : step.says;
}

async function fileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new StormglassError('not_found', `${path} cannot be read.`, 'Name a file that is there.', {
      cause,
    });
  });
}
