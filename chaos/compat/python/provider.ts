import type { Provider } from '../providers/provider.ts';
import { get, item } from '../py/access.ts';
import { activityFailed, invalid, PyError } from '../py/error.ts';
import { repr, str } from '../py/text.ts';
import { isDict, truthy, typeName, type Value } from '../py/value.ts';
import { fillIn } from '../scope.ts';
import type { PythonFunction, PythonModules } from './modules.ts';

const wrong = (message: string, hint?: string) => invalid('InvalidActivity', message, hint);

/** Python activities, as far as `modules` has their functions: no Python is run here. */
export function pythonProvider(modules: PythonModules): Provider {
  return {
    check(activity) {
      const provider = item(activity, 'provider');
      const [module, name] = [get(provider, 'module', null), get(provider, 'func', null)];
      if (!truthy(module)) throw wrong('a Python activity must have a module path');
      if (!truthy(name)) throw wrong('a Python activity must have a function name');
      const where = `'${str(item(activity, 'name'))}'`;
      const known = functionsOf(modules, str(module));
      if (known === undefined) {
        const hint = `Stormglass runs no Python; it has functions of ${Object.keys(modules).join(', ')} itself.`;
        throw wrong(`could not find Python module '${str(module)}' in activity ${where}`, hint);
      }
      const found = known[str(name)];
      if (found !== undefined) return bind(found, str(name), get(provider, 'arguments', new Map()));
      const what = `does not expose a function called '${str(name)}' in ${str(item(activity, 'type'))} ${where}`;
      throw wrong(`The python module '${str(module)}' ${what}`);
    },

    async run(activity, scope, surroundings) {
      const provider = item(activity, 'provider');
      const [module, name] = [str(item(provider, 'module')), str(item(provider, 'func'))];
      const known = functionsOf(modules, module);
      if (known === undefined) throw new PyError('ModuleNotFoundError', `No module named '${module}'`);
      const found = known[name];
      if (found === undefined) {
        throw new PyError('AttributeError', `module '${module}' has no attribute '${name}'`);
      }
      const given = fillIn(get(provider, 'arguments', new Map()), scope);
      try {
        return await found.call(given, surroundings);
      } catch (error) {
        if (!(error instanceof PyError)) throw error;
        throw activityFailed(`${error.type}: ${error.message}`);
      }
    },
  };
}

const functionsOf = (modules: PythonModules, name: string) =>
  Object.hasOwn(modules, name) ? modules[name] : undefined;

/** Whether the arguments fit the parameters; a missing one is told before one too many. */
function bind({ parameters }: PythonFunction, name: string, given: Value): void {
  if (!isDict(given)) {
    throw new PyError('TypeError', `argument after ** must be a mapping, not ${typeName(given)}`);
  }
  const missing = Object.entries(parameters).find(([key, needed]) => needed && !given.has(key))?.[0];
  if (missing !== undefined) {
    throw wrong(`required argument ${repr(missing)} is missing from activity '${name}'`);
  }
  for (const key of given.keys()) {
    if (typeof key === 'string' && Object.hasOwn(parameters, key)) continue;
    throw wrong(`argument ${repr(key)} is not part of the function signature in activity '${name}'`);
  }
}
