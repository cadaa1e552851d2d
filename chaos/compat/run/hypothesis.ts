import { elements, get, item } from '../py/access.ts';
import { isFailedActivity, PyError } from '../py/error.ts';
import { substitute } from '../py/template.ts';
import { str } from '../py/text.ts';
import { type Dict, dictOf, isDict, truthy, typeName, type Value } from '../py/value.ts';
import { namesIn } from '../scope.ts';
import { within } from '../tolerance.ts';
import { execute, perform } from './activity.ts';
import type { Stage } from './stage.ts';
import type { Thread } from './thread.ts';

/** What a look at the steady state found: whether it was met, and the probes up to the first that was not. */
export interface Finding {
  met: boolean;
  probes: Dict[];
}

export const findingValue = ({ met, probes }: Finding): Dict => dictOf({ steady_state_met: met, probes });

/** Asks the probes of the hypothesis one after the other, up to the first that fails or is out of its tolerance. */
export async function lookAtSteadyState(stage: Stage, thread: Thread): Promise<Finding> {
  const hypothesis = get(stage.experiment, 'steady-state-hypothesis', null);
  stage.log('INFO', `Steady state hypothesis: ${str(get(hypothesis, 'title', null))}`);
  const probes: Dict[] = [];
  for (const probe of elements(get(hypothesis, 'probes', []))) {
    const run = await execute(probe, stage, thread);
    probes.push(run);
    const failed = run.get('status') === 'failed';
    if (failed) {
      stage.log('WARNING', 'Probe terminated unexpectedly, so its tolerance could not be validated');
    }
    const met =
      !failed &&
      (stage.dry === 'probes' || stage.dry === 'activities' || (await tolerated(probe, run, stage, thread)));
    run.set('tolerance_met', met);
    if (!met) return { met, probes };
  }
  stage.log('INFO', 'Steady state hypothesis is met!');
  return { met: true, probes };
}

async function tolerated(probe: Value, run: Dict, stage: Stage, thread: Thread): Promise<boolean> {
  const given = get(probe, 'tolerance', null);
  const tolerance = typeof given === 'string' ? substitute(given, namesIn(stage.scope)) : given;
  const ask = (asked: Dict, value: Value) => askProbe(asked, value, stage, thread);
  return (await within(tolerance, run.get('output') ?? null, stage.scope, ask)) === true;
}

/** The value under test goes into the arguments of the tolerance, where the journal shows it afterwards. */
async function askProbe(tolerance: Dict, value: Value, stage: Stage, thread: Thread): Promise<boolean> {
  const given = item(item(tolerance, 'provider'), 'arguments');
  if (!isDict(given)) {
    const indices = 'list indices must be integers or slices, not str';
    const assignment = `'${typeName(given)}' object does not support item assignment`;
    throw new PyError('TypeError', Array.isArray(given) ? indices : assignment);
  }
  given.set('value', value);
  try {
    return truthy(await thread.run((signal) => perform(tolerance, stage, signal)));
  } catch (error) {
    if (isFailedActivity(error)) return false;
    throw error;
  }
}
