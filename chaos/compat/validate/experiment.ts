import { loadConfiguration, loadSecrets } from '../configuration.ts';
import type { Log } from '../log.ts';
import type { Providers } from '../providers/provider.ts';
import { elements, get, items } from '../py/access.ts';
import { invalid, PyError } from '../py/error.ts';
import { str } from '../py/text.ts';
import { isDict, truthy, typeName, type Value } from '../py/value.ts';
import { checkActivity, type ProviderChecks } from './activity.ts';
import { checkControls } from './controls.ts';
import { checkHypothesis } from './hypothesis.ts';

interface Means {
  providers: Providers;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Activities that a `ref` may name. */
  activities: ReadonlyMap<Value, Value>;
}

const wrong = (message: string) => invalid('InvalidExperiment', message);

/** Refuses an experiment which the reference refuses: the first thing that is wrong, in its order and with its words. */
export function checkExperiment(experiment: Value, { providers, env, log, activities }: Means): void {
  log('INFO', "Validating the experiment's syntax");
  if (!truthy(experiment)) throw wrong('an empty experiment is not an experiment');
  if (!truthy(get(experiment, 'title', null))) throw wrong('experiment requires a title');
  if (!truthy(get(experiment, 'description', null))) throw wrong('experiment requires a description');
  checkTags(get(experiment, 'tags', null));
  checkExtensions(get(experiment, 'extensions', null));
  loadConfiguration(get(experiment, 'configuration', new Map()), env, new Map());
  const secrets = get(experiment, 'secrets', new Map());
  loadSecrets(secrets, env, null);
  const checks: ProviderChecks = Object.fromEntries(
    Object.entries(providers).map(([type, provider]) => [type, (activity) => provider.check(activity, env)]),
  );
  checkHypothesis(experiment, checks);
  checkMethod(get(experiment, 'method', null), checks, activities);
  const rollbacks = elements(get(experiment, 'rollbacks', []));
  for (const activity of rollbacks) checkActivity(activity, checks);
  checkDeprecated(experiment, secrets, log);
  checkControls(experiment, log);
  log('INFO', 'Experiment looks valid');
}

function checkTags(tags: Value): void {
  if (!truthy(tags)) return;
  if (elements(tags).every((tag) => typeof tag === 'string' && tag !== '')) return;
  throw wrong('experiment tags must be a non-empty string');
}

function checkExtensions(extensions: Value): void {
  if (!truthy(extensions)) return;
  for (const extension of elements(extensions)) {
    const name = get(extension, 'name', null);
    if (truthy(name) && typeof name !== 'string') {
      throw new PyError('AttributeError', `'${typeName(name)}' object has no attribute 'strip'`);
    }
    if (typeof name !== 'string' || name.trim() === '')
      throw wrong('All extensions require a non-empty name');
  }
}

function checkMethod(method: Value, checks: ProviderChecks, activities: ReadonlyMap<Value, Value>): void {
  if (method === null) {
    const empty = 'which can be empty for only checking steady state hypothesis ';
    throw wrong(`an experiment requires a method, ${empty}`);
  }
  for (const activity of elements(method)) {
    checkActivity(activity, checks);
    const ref = get(activity, 'ref', null);
    if (!truthy(ref) || truthy(activities.get(ref))) continue;
    const message = `referenced activity '${str(ref)}' could not be found in the experiment`;
    throw invalid('InvalidActivity', message);
  }
}

const DICT_ARGUMENTS =
  'Process arguments should now be a list to keep the ordering of the arguments. Dictionary arguments are deprecated ' +
  'for process activities.';

/** Warns; and trips over secrets that have no second level, as the reference does. */
function checkDeprecated(experiment: Value, secrets: Value, log: Log): void {
  const hypothesis = get(experiment, 'steady-state-hypothesis', null);
  const activities = [
    ...(truthy(hypothesis) ? elements(get(hypothesis, 'probes', [])) : []),
    ...elements(get(experiment, 'method', [])),
    ...elements(get(experiment, 'rollbacks', [])),
  ];
  const old = activities.some((activity) => {
    const provider = get(activity, 'provider', null);
    if (!truthy(provider)) return false;
    return get(provider, 'type', null) === 'process' && isDict(get(provider, 'arguments', null));
  });
  if (old) log('WARNING', DICT_ARGUMENTS);
  for (const [, target] of items(secrets)) {
    if (isDict(target)) continue;
    throw new PyError('AttributeError', `'${typeName(target)}' object has no attribute 'values'`);
  }
}
