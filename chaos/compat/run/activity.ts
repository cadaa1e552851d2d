import { get, item } from '../py/access.ts';
import { activityFailed, isFailedActivity, PyError } from '../py/error.ts';
import { substitute } from '../py/template.ts';
import { str } from '../py/text.ts';
import { type Dict, dictOf, isDict, isNumber, truthy, typeName, type Value } from '../py/value.ts';
import { namesIn } from '../scope.ts';
import { isoInstant } from './clock.ts';
import type { Stage } from './stage.ts';
import { pause, type Thread } from './thread.ts';

/**
 * Does an activity and tells how it went. The entry is in `runs` from the moment it starts: what is interrupted stays there
 * without a status. Errors other than a failed activity are thrown, and so are interruptions.
 */
export async function execute(given: Value, stage: Stage, thread: Thread, runs: Dict[] = []): Promise<Dict> {
  const activity = resolved(given, stage);
  const names = namesIn(stage.scope);
  const pauses = substitute(get(activity, 'pauses', new Map()), names);
  const before = get(pauses, 'before', null);
  const type = item(activity, 'type');
  // An activity which says `dry` itself is never dry: the reference compares the text with something else.
  const dry = activity.has('dry') ? null : stage.dry;
  const isDry =
    dry === 'activities' ||
    (dry === 'actions' && type === 'action') ||
    (dry === 'probes' && type === 'probe');
  const rests = dry !== 'pause' && !isDry;
  if (truthy(before)) {
    stage.log('INFO', `Pausing before next activity for ${str(before)}s...`);
    if (rests) await thread.run((signal) => pause(secondsOf(before), signal));
  }
  const where = truthy(get(activity, 'background', null)) ? ' [in background]' : '';
  stage.log('INFO', `${titled(type)}: ${str(get(activity, 'name', null))}${where}`);
  const began = stage.now();
  const run: Dict = dictOf({ activity: new Map(activity), output: null, start: isoInstant(began) });
  runs.push(run);
  try {
    const output = isDry ? null : await thread.run((signal) => perform(activity, stage, signal));
    run.set('output', output).set('status', 'succeeded');
  } catch (error) {
    if (!isFailedActivity(error)) throw error;
    const exception = [`chaoslib.exceptions.ActivityFailed: ${error.message}\n`];
    run.set('status', 'failed').set('exception', exception);
    stage.log('ERROR', `  => failed: ${error.message}`);
  } finally {
    const ended = stage.now();
    run.set('end', isoInstant(ended)).set('duration', (ended - began) / 1000);
    const after = get(pauses, 'after', null);
    if (truthy(after)) {
      stage.log('INFO', `Pausing after activity for ${str(after)}s...`);
      if (rests) await thread.run((signal) => pause(secondsOf(after), signal));
    }
  }
  return run;
}

function resolved(given: Value, stage: Stage): Dict {
  const ref = get(given, 'ref', null);
  const found = truthy(ref) ? stage.activities.get(ref) : given;
  if (isDict(found)) return found;
  throw activityFailed(`could not find referenced activity '${str(ref)}'`);
}

/** Asks the provider of an activity; a type that nobody knows answers `None`. */
export async function perform(activity: Dict, stage: Stage, signal: AbortSignal): Promise<Value> {
  const type = item(item(activity, 'provider'), 'type');
  const known = typeof type === 'string' && Object.hasOwn(stage.providers, type);
  const provider = known ? stage.providers[type] : undefined;
  const { env, log } = stage;
  return provider === undefined ? null : await provider.run(activity, stage.scope, { env, log, signal });
}

function secondsOf(value: Value): number {
  if (isNumber(value)) return Number(value);
  throw new PyError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
}

/** `action` as `Action`. */
function titled(type: Value): string {
  if (typeof type !== 'string') {
    throw new PyError('AttributeError', `'${typeName(type)}' object has no attribute 'title'`);
  }
  return type.toLowerCase().replace(/\p{L}+/gu, (word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
}
