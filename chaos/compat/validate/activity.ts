import { get } from '../py/access.ts';
import { invalid } from '../py/error.ts';
import { str } from '../py/text.ts';
import { isNumber, truthy, type Value } from '../py/value.ts';

/** Checks of what only one kind of provider has; by `provider.type`. */
export type ProviderChecks = Readonly<Record<string, (activity: Value) => void>>;

const wrong = (message: string) => invalid('InvalidActivity', message);

/** Refuses an activity which the reference refuses: the first thing that is wrong, in its order. */
export function checkActivity(activity: Value, checks: ProviderChecks): void {
  if (!truthy(activity)) throw wrong('empty activity is no activity');
  const ref = get(activity, 'ref', null);
  if (ref !== null) {
    if (typeof ref === 'string' && ref !== '') return;
    throw wrong('reference to activity must be non-empty strings');
  }
  const type = get(activity, 'type', null);
  if (!truthy(type)) throw wrong('an activity must have a type');
  if (type !== 'probe' && type !== 'action') throw wrong(`'${str(type)}' is not a supported activity type`);
  if (!truthy(get(activity, 'name', null))) throw wrong('an activity must have a name');
  const check = checkOf(get(activity, 'provider', null), checks);
  const timeout = get(activity, 'timeout', null);
  if (timeout !== null && !isNumber(timeout)) throw wrong('activity timeout must be a number');
  checkPauses(get(activity, 'pauses', null));
  const inBackground = get(activity, 'background');
  if (inBackground !== undefined && typeof inBackground !== 'boolean') {
    throw wrong('activity background must be a boolean');
  }
  check(activity);
}

function checkOf(provider: Value, checks: ProviderChecks): (activity: Value) => void {
  if (!truthy(provider)) throw wrong('an activity requires a provider');
  const type = get(provider, 'type', null);
  if (!truthy(type)) throw wrong('a provider must have a type');
  const check = typeof type === 'string' && Object.hasOwn(checks, type) ? checks[type] : undefined;
  if (check === undefined) throw wrong(`unknown provider type '${str(type)}'`);
  return check;
}

function checkPauses(pauses: Value): void {
  if (pauses === null) return;
  for (const when of ['before', 'after']) {
    const pause = get(pauses, when, null);
    if (typeof pause !== 'string' || (pause.startsWith('${') && pause.endsWith('}'))) continue;
    const allowed = 'a number or a pattern to a variable from the configuration or secrets';
    throw wrong(`activity ${when} pause must be ${allowed}`);
  }
}
