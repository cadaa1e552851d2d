import { contains, elements, get, item } from '../py/access.ts';
import { invalid } from '../py/error.ts';
import { truthy, type Value } from '../py/value.ts';
import { checkActivity, type ProviderChecks } from './activity.ts';
import { checkTolerance } from './tolerance.ts';

/** Refuses a steady-state hypothesis which the reference refuses. */
export function checkHypothesis(experiment: Value, checks: ProviderChecks): void {
  const hypothesis = get(experiment, 'steady-state-hypothesis', null);
  if (hypothesis === null) return;
  if (!truthy(get(hypothesis, 'title', null))) {
    throw invalid('InvalidExperiment', 'hypothesis requires a title');
  }
  const probes = get(hypothesis, 'probes', null);
  if (!truthy(probes)) return;
  for (const probe of elements(probes)) {
    checkActivity(probe, checks);
    if (!contains(probe, 'tolerance')) {
      throw invalid('InvalidActivity', 'hypothesis probe must have a tolerance entry');
    }
    checkTolerance(item(probe, 'tolerance'), checks);
  }
}
