import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { loadConfiguration, loadSecrets } from './configuration.ts';
import { loadDynamic } from './dynamic.ts';
import { loadExperiment } from './load.ts';
import type { Log } from './log.ts';
import { type CompatOptions, type CompatWords, UsageError, understand } from './options.ts';
import type { Providers } from './providers/provider.ts';
import { get } from './py/access.ts';
import { isOwn, PyError } from './py/error.ts';
import { writeJson } from './py/json.ts';
import { type Dict, isDict, truthy, typeName, type Value } from './py/value.ts';
import { type Journal, journalValue } from './run/journal.ts';
import { type Plan, play, STRATEGIES } from './run/run.ts';
import { activitiesOf, type Stage } from './run/stage.ts';
import { Interruption, MainThread } from './run/thread.ts';
import { checkExperiment } from './validate/experiment.ts';
import { providerTypes } from './validate/provider-types.ts';
import { readVariableFile } from './variables.ts';

/** Signals that reach a run. */
export interface Signals {
  on(name: NodeJS.Signals, listener: () => void): unknown;
  off(name: NodeJS.Signals, listener: () => void): unknown;
}

export interface CompatWorld {
  /** Changed by `--var-file`, and seen by the processes that are started. */
  env: NodeJS.ProcessEnv;
  log: Log;
  signals: Signals;
  providers: Providers;
  /** Throws what to do when something that an experiment with these `provider.type` needs is not there. */
  ready: (types: ReadonlySet<string>) => Promise<void>;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Exit codes of the reference: 0 completed and not deviated, 1 everything else, 2 a command line it does not take. */
export async function runCompat(words: CompatWords, world: CompatWorld): Promise<0 | 1 | 2> {
  try {
    const options = understand(words);
    const journal = await follow(words, options, world);
    return journal.status === 'completed' && !journal.deviated ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      world.log('ERROR', `Error: ${error.message}`);
      return 2;
    }
    if (!(error instanceof PyError)) throw error;
    // Only its own exceptions are words for people in the reference; the others end it with a traceback.
    world.log('ERROR', isOwn(error) ? error.message : `${error.type}: ${error.message}`);
    if (error.hint !== null) world.log('ERROR', error.hint);
    return 1;
  }
}

async function follow(words: CompatWords, options: CompatOptions, world: CompatWorld): Promise<Journal> {
  const extra = await variablesFrom(words, options, world);
  await lookAtControls(words.controlFiles, world.log);
  const experiment = await loadExperiment(words.source, world.env, !words.noVerifyTls);
  await world.ready(providerTypes(experiment));
  if (!words.noValidation) {
    const activities = truthy(experiment) ? activitiesOf(experiment) : new Map<Value, Value>();
    checkExperiment(experiment, { ...world, activities });
  }
  if (!isDict(experiment)) throw noMapping(experiment);
  experiment.set('dry', options.dry);
  const plan = planOf(experiment, options);
  const activities = activitiesOf(experiment);
  const secretVars = extra.secrets.size === 0 ? null : extra.secrets;
  const scope = {
    configuration: loadConfiguration(
      get(experiment, 'configuration', new Map()),
      world.env,
      extra.configuration,
    ),
    secrets: loadSecrets(get(experiment, 'secrets', new Map()), world.env, secretVars),
  };
  const stage: Stage = { experiment, scope, dry: options.dry, activities, ...world };
  const configuration = await loadDynamic(stage);
  const journal = await listening(world.signals, world.log, (thread) =>
    play({ ...stage, scope: { ...scope, configuration } }, plan, thread),
  );
  const text = writeJson(journalValue(journal, world.now()), { indent: 2 });
  await writeFile(words.journalPath ?? './journal.json', text);
  return journal;
}

const KINDS: readonly [NodeJS.Signals, Interruption['kind']][] = [
  ['SIGTERM', 'terminate'],
  ['SIGINT', 'keyboard'],
  ['SIGUSR1', 'leave'],
  ['SIGUSR2', 'leave-all'],
];

async function listening<T>(
  signals: Signals,
  log: Log,
  work: (thread: MainThread) => Promise<T>,
): Promise<T> {
  const thread = new MainThread();
  const listeners = KINDS.map(([name, kind]) => {
    const listener = () => {
      if (kind === 'terminate') log('WARNING', 'Caught SIGTERM signal, interrupting experiment now');
      thread.interrupt(new Interruption(kind));
    };
    signals.on(name, listener);
    return { name, listener };
  });
  try {
    return await work(thread);
  } finally {
    for (const { name, listener } of listeners) signals.off(name, listener);
  }
}

function noMapping(experiment: Value): PyError {
  const item = 'list indices must be integers or slices, not str';
  const other = `'${typeName(experiment)}' object does not support item assignment`;
  return new PyError('TypeError', Array.isArray(experiment) ? item : other);
}

/** The command line beats the experiment's own `runtime`. */
function planOf(experiment: Dict, options: CompatOptions): Plan {
  const runtime = get(experiment, 'runtime', null);
  const own = (part: string): Value =>
    truthy(runtime) ? get(get(runtime, part, new Map()), 'strategy', 'default') : 'default';
  // Both are read even when the command line has them: what is no mapping there ends the run in either case.
  const [ownRollbacks, ownHypothesis] = [own('rollbacks'), own('hypothesis')];
  const hypothesis = options.hypothesis ?? ownHypothesis;
  const known = STRATEGIES.find(
    (each) => each === (hypothesis === 'continously' ? 'continuously' : hypothesis),
  );
  if (known === undefined) throw new PyError('ValueError', 'Unknown strategy');
  const { frequency, failFast, failFastRatio } = options;
  const rollbacks = options.rollbacks ?? ownRollbacks;
  return {
    hypothesis: known,
    rollbacks: typeof rollbacks === 'string' ? rollbacks : '',
    frequency,
    failFast,
    failFastRatio,
  };
}

async function variablesFrom(words: CompatWords, options: CompatOptions, { env, log }: CompatWorld) {
  const configuration: Dict = new Map();
  const secrets: Dict = new Map();
  for (const name of words.variableFiles) {
    if (!existsSync(name))
      throw new UsageError(`Invalid value for '--var-file': Path '${name}' does not exist.`);
    const text = await readFile(name, 'utf8');
    if (text === '') continue;
    try {
      const file = readVariableFile(name, text);
      for (const [key, value] of file.configuration) configuration.set(key, value);
      for (const [key, value] of file.secrets) secrets.set(key, value);
      for (const [key, value] of file.env) env[key] = value;
    } catch (error) {
      if (
        !(error instanceof PyError) ||
        !/^(?:JSONDecode|Scanner|Composer|Constructor)Error$/.test(error.type)
      )
        throw error;
      log('ERROR', `Failed to parse variable file '${name}': ${error.message}`);
    }
  }
  for (const [key, value] of options.variables) configuration.set(key, value);
  return { configuration, secrets };
}

/** Controls are Python modules. The reference leaves out those which it cannot import, and so are all here. */
async function lookAtControls(files: string[], log: Log): Promise<void> {
  for (const name of files) {
    if (!existsSync(name))
      throw new UsageError(`Invalid value for '--control-file': Path '${name}' does not exist.`);
    log(
      'WARNING',
      `The controls of ${name} are Python modules, which Stormglass does not run; they are left out.`,
    );
  }
}
