import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { importRecording } from '@stormglass/agents/collector/recording';
import { assertNever, StormglassError } from '@stormglass/agents/contract';
import { type ExperimentSpec, Run, VERDICTS } from '../contract/index.ts';
import { parseExperiment } from '../engine/index.ts';
import { renderJson, renderJUnit, renderMarkdown } from '../report/index.ts';
import { Dashboard } from './api.ts';
import { type Command, HELP, type Reports } from './arguments.ts';
import { runHere } from './compat.ts';
import { progress, summary } from './follow.ts';

/** Where a command writes and how it waits. */
export interface Terminal {
  out: (line: string) => void;
  err: (line: string) => void;
  sleep: (ms: number) => Promise<void>;
  /** Ctrl-C: a run that is followed is aborted, so that nothing stays broken. */
  interrupted: AbortSignal;
}

/** How often a run is asked for, milliseconds. */
const POLL_MS = 500;
/** Unanswered polls in a row after which the dashboard counts as gone. */
const MOST_MISSES = 20;

/** sysexits.h: wrong usage, service unavailable. */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;

const DAY_MS = 86_400_000;
const NEWLINE = 0x0a;

/** Carries a command out; resolves with the exit code. Errors become words on `err`. */
export async function carryOut(command: Command, terminal: Terminal): Promise<number> {
  try {
    switch (command.name) {
      case 'help':
        terminal.out(HELP);
        return 0;
      case 'run':
        return await run(command, terminal);
      case 'run-here':
        return await runHere(command.words, command, terminal.err);
      case 'halt': {
        const halted = await new Dashboard(command).halt(command.reason);
        const gone =
          halted.lastEffectGoneMs === null ? '' : `, last effect gone after ${halted.lastEffectGoneMs} ms`;
        const left =
          halted.unconfirmed === 0
            ? ''
            : `; ${halted.unconfirmed} ends are not confirmed yet, their leases run out by themselves`;
        terminal.out(`all chaos is stopped${gone}${left}`);
        return 0;
      }
      case 'validate':
        return await validate(command.files, terminal);
      case 'import':
        return await bringIn(command, terminal);
      case 'export':
        return await takeOut(command, terminal);
      default:
        return assertNever(command);
    }
  } catch (error) {
    return explain(error, terminal);
  }
}

/** Says an error and gives its exit code. */
export function explain(error: unknown, terminal: Pick<Terminal, 'err'>): number {
  if (!(error instanceof StormglassError)) throw error;
  terminal.err(`${error.message}\n${error.next}`);
  if (error.code === 'experiment_invalid') return VERDICTS.invalid;
  return error.code === 'invalid_request' ? EX_USAGE : EX_UNAVAILABLE;
}

async function validate(files: string[], terminal: Terminal): Promise<number> {
  let worst = 0;
  for (const file of files) {
    try {
      const { title } = await specOf(file);
      terminal.out(`${file}: valid, "${title}"`);
    } catch (error) {
      worst = explain(error, terminal);
    }
  }
  return worst;
}

async function bringIn(
  command: Extract<Command, { name: 'import' }>,
  { out, interrupted }: Terminal,
): Promise<number> {
  const { file, to, key, speed, shiftToNow } = command;
  const imported = await importRecording({
    ...{ file, speed, shiftToNow, interrupted },
    to: { url: to, key },
  });
  const { lines, items, rejected, reasons, newestMs } = imported;
  const counts = `${items.traces} spans, ${items.logs} log records, ${items.metrics} metrics in ${lines} lines`;
  out(`${interrupted.aborted ? 'stopped after' : 'imported'} ${counts}`);
  if (rejected > 0) {
    out(`${rejected} of them were not taken by ${to}`);
    for (const reason of reasons) out(`  ${reason}`);
    const old = newestMs !== null && Date.now() - newestMs > DAY_MS;
    if (old && !shiftToNow)
      out(`  it ended ${new Date(newestMs).toISOString()}: --shift-to-now replays it as if it ended now`);
  }
  const run = Run.safeParse(imported.run);
  if (run.success) {
    out(`run ${run.data.id} of "${run.data.experiment.title}": ${run.data.verdict ?? 'not ended'}`);
    await writeReports(command.reports, run.data);
  }
  return rejected > 0 || interrupted.aborted ? 1 : 0;
}

async function takeOut(
  command: Extract<Command, { name: 'export' }>,
  { out, interrupted }: Terminal,
): Promise<number> {
  const body = await new Dashboard(command).recording(command.what, interrupted);
  let lines = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      for (const byte of chunk) if (byte === NEWLINE) lines += 1;
      yield chunk;
    }
  };
  await pipeline(body, counted, createWriteStream(command.file)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StormglassError(
      'store_unavailable',
      `${command.file} is not complete: ${why}`,
      'Export it again.',
      {
        cause,
      },
    );
  });
  // Its head is a line, too.
  out(lines <= 1 ? `${command.file}: nothing was recorded then` : `${command.file}: ${lines} lines`);
  return lines <= 1 ? 1 : 0;
}

async function specOf(file: string): Promise<ExperimentSpec> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StormglassError('experiment_invalid', `${file} cannot be read.`, 'Name an existing file.', {
      cause,
    });
  });
  return parseExperiment(text);
}

async function run(command: Extract<Command, { name: 'run' }>, terminal: Terminal): Promise<number> {
  const isFile = /[/\\]|\.(ya?ml|json)$/.test(command.experiment);
  const spec = isFile ? await specOf(command.experiment) : null;
  const id = isFile ? basename(command.experiment, extname(command.experiment)) : command.experiment;
  const dashboard = new Dashboard(command);
  const started = await dashboard.start(id, command);
  if (spec !== null && !isDeepStrictEqual(spec, started.experiment)) {
    await dashboard.abort(started.id);
    throw new StormglassError(
      'experiment_invalid',
      `The dashboard has another experiment under the name ${id} than ${command.experiment}.`,
      'Copy the file into the experiments folder of the dashboard (STORMGLASS_EXPERIMENTS).',
    );
  }
  terminal.out(`${started.experiment.title} (run ${started.id}, seed ${started.seed})`);
  const ended = await follow(dashboard, started, terminal);
  const line = summary(ended);
  if (line !== '') terminal.out(line);
  await writeReports(command.reports, ended);
  return VERDICTS[ended.verdict ?? 'interrupted'];
}

/** Polls until the verdict. A dashboard that is away for a moment (a restart) is waited for. */
async function follow(dashboard: Dashboard, started: Run, terminal: Terminal): Promise<Run> {
  let current = started;
  let shown = 0;
  let misses = 0;
  let aborting = false;
  for (;;) {
    for (const line of progress(shown, current)) terminal.out(line);
    shown = current.events.length;
    if (current.verdict !== null) return current;
    if (terminal.interrupted.aborted && !aborting) {
      aborting = true;
      terminal.err('aborting the run; its faults are being reverted');
      current = await dashboard.abort(current.id);
      continue;
    }
    await terminal.sleep(POLL_MS);
    try {
      current = await dashboard.run(current.id);
      misses = 0;
    } catch (error) {
      misses++;
      const gone = error instanceof StormglassError && error.code === 'target_absent';
      if (!gone || misses >= MOST_MISSES) throw error;
    }
  }
}

async function writeReports({ junit, json, markdown }: Reports, ended: Run): Promise<void> {
  if (junit !== undefined) await writeFile(junit, renderJUnit(ended));
  if (json !== undefined) await writeFile(json, renderJson(ended));
  if (markdown !== undefined) await writeFile(markdown, renderMarkdown(ended));
}
