import type { Log } from '../log.ts';
import type { Providers } from '../providers/provider.ts';
import { get } from '../py/access.ts';
import { PyError } from '../py/error.ts';
import { type Dict, isDict, truthy, typeName, type Value } from '../py/value.ts';
import type { Scope } from '../scope.ts';

export const DRY = ['probes', 'actions', 'activities', 'pause'] as const;
export type Dry = (typeof DRY)[number];

/** What all parts of a run share. */
export interface Stage {
  experiment: Dict;
  scope: Scope;
  dry: Dry | null;
  /** Activities of the method and the hypothesis by name. */
  activities: ReadonlyMap<Value, Value>;
  providers: Providers;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Activities that a `ref` may name; of equal names the last counts, those of the hypothesis after those of the method. */
export function activitiesOf(experiment: Value): Map<Value, Value> {
  const method = get(experiment, 'method', []);
  const probes = get(get(experiment, 'steady-state-hypothesis', new Map()), 'probes', []);
  if (!Array.isArray(method) || !Array.isArray(probes)) throw notLists(method, probes);
  const found = new Map<Value, Value>();
  for (const activity of [...method, ...probes]) {
    const name = get(activity, 'name', null);
    if (!truthy(name)) continue;
    if (Array.isArray(name) || isDict(name))
      throw new PyError('TypeError', `unhashable type: '${typeName(name)}'`);
    found.set(name, activity);
  }
  return found;
}

function notLists(method: Value, probes: Value): PyError {
  const right = typeName(probes);
  if (Array.isArray(method)) {
    return new PyError('TypeError', `can only concatenate list (not "${right}") to list`);
  }
  if (typeof method === 'string') {
    return new PyError('TypeError', `can only concatenate str (not "${right}") to str`);
  }
  const message = `unsupported operand type(s) for +: '${typeName(method)}' and '${right}'`;
  return new PyError('TypeError', message);
}
