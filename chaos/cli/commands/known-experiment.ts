import { StormglassError } from '@stormglass/agents/contract';
import type { ExperimentSpec } from '../../contract/index.ts';
import type { Dashboard } from '../api.ts';

/** An experiment which the dashboard has, by its id. */
export async function knownExperiment(dashboard: Dashboard, id: string): Promise<ExperimentSpec> {
  const { experiments, problems } = await dashboard.experiments();
  const found = experiments.find((experiment) => experiment.id === id);
  if (found !== undefined) return found.spec;
  const refused = problems.find(({ file }) => file.replace(/\.\w+$/, '') === id);
  if (refused !== undefined) {
    throw new StormglassError('experiment_invalid', refused.message, 'Correct the file and load it again.');
  }
  const message = `The dashboard has no experiment ${id}.`;
  throw new StormglassError('not_found', message, 'See `stormglass experiments list`.');
}
