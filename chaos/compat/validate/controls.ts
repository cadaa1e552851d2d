import type { Log } from '../log.ts';
import { contains, elements, get, item } from '../py/access.ts';
import { invalid } from '../py/error.ts';
import { str } from '../py/text.ts';
import { truthy, type Value } from '../py/value.ts';

const wrong = (message: string) => invalid('InvalidControl', message);

/** Refuses controls which the reference refuses. None is ever run: they are Python modules, and a missing one is no error. */
export function checkControls(experiment: Value, log: Log): void {
  const controls = controlsOf(experiment);
  const names = controls
    .filter((control) => !contains(control, 'ref') && contains(control, 'name'))
    .map((control) => item(control, 'name'));
  for (const control of controls) {
    if (contains(control, 'ref') && !contains(names, item(control, 'ref'))) {
      throw wrong("Control reference '{}' declaration cannot be found");
    }
    if (!contains(control, 'name')) throw wrong('A control must have a `name` property');
    const name = str(item(control, 'name'));
    if (!contains(control, 'provider')) throw wrong(`Control '${name}' must have a \`provider\` property`);
    const scope = get(control, 'scope', null);
    if (truthy(scope) && scope !== 'before' && scope !== 'after') {
      throw wrong(`Control '${name}' scope property must be 'before' or 'after' only`);
    }
    checkPython(name, item(control, 'provider'), log);
  }
}

function checkPython(name: string, provider: Value, log: Log): void {
  if (get(provider, 'type', null) !== 'python') return;
  const module = get(provider, 'module', null);
  if (!truthy(module)) throw invalid('InvalidActivity', `Control '${name}' must have a module path`);
  const advice = 'Did you install the Python module? The experiment will carry on running nonetheless.';
  log('WARNING', `Could not find Python module '${str(module)}' in control '${name}'. ${advice}`);
}

function controlsOf(experiment: Value): Value[] {
  const hypothesis = get(experiment, 'steady-state-hypothesis', new Map());
  const activities = [
    ...elements(get(hypothesis, 'probes', [])),
    ...elements(get(experiment, 'method', [])),
    ...elements(get(experiment, 'rollbacks', [])),
  ];
  return [experiment, hypothesis, ...activities].flatMap((owner) => elements(get(owner, 'controls', [])));
}
