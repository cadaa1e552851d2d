import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { httpProvider, PYTHON_MODULES, processProvider, pythonProvider, runCompat } from '../index.ts';

const Options = z.object({
  rollback_strategy: z.string().nullish(),
  hypothesis_strategy: z.string().nullish(),
  hypothesis_frequency: z.union([z.number(), z.string()]).nullish(),
  fail_fast: z.boolean().nullish(),
  fail_fast_ratio: z.number().nullish(),
  dry: z.string().nullish(),
  no_validation: z.boolean().nullish(),
  vars: z.array(z.string()).nullish(),
  var_files: z.array(z.string()).nullish(),
  env: z.record(z.string(), z.string()).nullish(),
});

const RecordedRun = z.object({
  name: z.unknown(),
  status: z.string().nullable(),
  output: z.unknown(),
  tolerance_met: z.boolean().optional(),
  exception_last: z.string().optional(),
});

const Look = z.object({ steady_state_met: z.boolean(), probes: z.array(RecordedRun) }).nullable();

const Outcome = z.object({
  cli_exit: z.number(),
  status: z.string().optional(),
  deviated: z.boolean().optional(),
  before: Look.optional(),
  after: Look.optional(),
  during_met: z.array(z.boolean()).optional(),
  run: z.array(RecordedRun).optional(),
  rollbacks: z.array(RecordedRun).optional(),
  journal_keys: z.array(z.string()).optional(),
});
export type Outcome = z.infer<typeof Outcome>;

/** A case as it was recorded from the reference. */
export const RecordedCase = z.object({
  id: z.string(),
  /** The experiment; `text` is the file itself where its spelling matters. */
  experiment: z.unknown().optional(),
  text: z.string().optional(),
  ext: z.string().default('json'),
  /** Files beside the experiment. */
  files: z.record(z.string(), z.string()).default({}),
  options: Options.default({}),
  timing_dependent: z.boolean().default(false),
  validation_error: z.object({ message: z.string() }).optional(),
  expect: Outcome,
  title_after: z.unknown().optional(),
});
export type RecordedCase = z.infer<typeof RecordedCase>;

export interface Played {
  outcome: Outcome;
  title: unknown;
  log: string[];
}

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

/** Plays a case for real, in a folder of its own; what it signals to its parent gets a process of its own. */
export async function playCase(recorded: RecordedCase, stub: string): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'stormglass-compat-'));
  try {
    const workdir = join(folder, 'w');
    await mkdir(workdir);
    const filled = (content: string) => content.replaceAll('@WORKDIR@', workdir).replaceAll('@STUB@', stub);
    const source = join(folder, `experiment.${recorded.ext}`);
    const content = recorded.text ?? JSON.stringify(recorded.experiment);
    await writeFile(source, filled(content));
    for (const [name, file] of Object.entries(recorded.files))
      await writeFile(join(folder, name), filled(file));
    const journal = join(folder, 'journal.json');
    const place = { folder, source, journal };
    const played = content.includes('PPID')
      ? await playApart(recorded, place)
      : await playHere(recorded, place);
    return { ...(await outcomeOf(journal, played.code)), log: played.log };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Place {
  folder: string;
  source: string;
  journal: string;
}

async function playHere({ options }: RecordedCase, { folder, source, journal }: Place) {
  const log: string[] = [];
  const text = (value: { toString(): string } | null | undefined) => value?.toString();
  const words = {
    source,
    journalPath: journal,
    dry: text(options.dry),
    noValidation: options.no_validation === true,
    noVerifyTls: false,
    rollbackStrategy: text(options.rollback_strategy),
    hypothesisStrategy: text(options.hypothesis_strategy),
    hypothesisFrequency: text(options.hypothesis_frequency),
    failFast: options.fail_fast === true,
    failFastRatio: text(options.fail_fast_ratio),
    variables: options.vars ?? [],
    variableFiles: (options.var_files ?? []).map((name) => join(folder, name)),
    controlFiles: [],
  };
  const code = await runCompat(words, {
    env: { ...process.env, ...options.env },
    log: (_, message) => log.push(message),
    signals: new EventEmitter(),
    providers: { python: pythonProvider(PYTHON_MODULES), process: processProvider, http: httpProvider },
    ready: () => Promise.resolve(),
    now: Date.now,
  });
  return { code, log };
}

async function playApart({ options }: RecordedCase, { folder, source, journal }: Place) {
  const words = ['run', source, '--compat', '--journal-path', journal];
  if (options.rollback_strategy) words.push('--rollback-strategy', options.rollback_strategy);
  if (options.hypothesis_strategy) words.push('--hypothesis-strategy', options.hypothesis_strategy);
  const env = { ...process.env, ...options.env };
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code: z.number().parse(code), log: err.split('\n') };
}

const Entry = z.looseObject({
  activity: z.looseObject({ name: z.unknown().optional() }),
  status: z.string().optional(),
  output: z.unknown(),
  exception: z.array(z.string()).optional(),
  tolerance_met: z.boolean().optional(),
});
const Finding = z.object({ steady_state_met: z.boolean(), probes: z.array(Entry) });
const JournalFile = z.looseObject({
  experiment: z.looseObject({ title: z.unknown() }),
  status: z.string(),
  deviated: z.boolean(),
  steady_states: z.object({
    before: Finding.nullable(),
    after: Finding.nullable(),
    during: z.array(Finding),
  }),
  run: z.array(Entry),
  rollbacks: z.array(Entry),
});

async function outcomeOf(file: string, code: number): Promise<Omit<Played, 'log'>> {
  const content = await readFile(file, 'utf8').catch(() => null);
  if (content === null) return { outcome: { cli_exit: code }, title: undefined };
  // Python writes NaN and the infinities as they are.
  const raw: unknown = JSON.parse(content.replace(/: (NaN|-?Infinity)\b/g, ': "$1"'));
  const journal = JournalFile.parse(raw);
  const { before, after, during } = journal.steady_states;
  const look = (finding: z.infer<typeof Finding> | null) =>
    finding === null ? null : { ...finding, probes: finding.probes.map(recordedRun) };
  return {
    title: journal.experiment.title,
    outcome: {
      cli_exit: code,
      status: journal.status,
      deviated: journal.deviated,
      before: look(before),
      after: look(after),
      during_met: during.map((finding) => finding.steady_state_met),
      run: journal.run.map(recordedRun),
      rollbacks: journal.rollbacks.map(recordedRun),
      journal_keys: Object.keys(journal).sort(),
    },
  };
}

/** An entry as the recordings have it: of an HTTP answer without its headers, of an exception its class. */
function recordedRun({ activity, status, output, exception, tolerance_met }: z.infer<typeof Entry>) {
  const answer = z.looseObject({ headers: z.unknown() }).safeParse(output);
  const { headers: _, ...rest } =
    answer.success && answer.data.headers !== undefined ? answer.data : { headers: 0 };
  const last = exception?.at(-1)?.split(':')[0];
  return {
    name: activity.name ?? null,
    status: status ?? null,
    output: answer.success && answer.data.headers !== undefined ? rest : output,
    ...(tolerance_met === undefined ? {} : { tolerance_met }),
    ...(last === undefined ? {} : { exception_last: last }),
  };
}
