import { type FaultSpec, StormglassError } from '@stormglass/agents/contract';
import type { ExperimentSpec } from '../../contract/index.ts';
import { faultTitle, parseExperiment } from '../../engine/index.ts';
import type { Armed, Dashboard } from '../api.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { EX_PARTLY } from '../exit-codes.ts';
import { isFile, textOf } from '../files.ts';
import { DashboardAway } from '../http.ts';
import { columns } from '../table.ts';
import { knownExperiment } from './known-experiment.ts';

interface Resolved {
  activity: string;
  fault: string;
  targets: Armed['targets'];
  /** Why the fault could not be armed; null when it could. */
  error: StormglassError | null;
}

export const dryRun = command({
  name: 'dry-run',
  about: 'show what each fault of an experiment would hurt, and hurt nothing',
  arguments: [{ name: 'file|id', words: 'experiment' }],
  options: DASHBOARD_OPTIONS,
  more: 'Exits with 1 when a fault has no target, or is refused there.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const dashboard = dashboardOf(values, env);
    const word = args[0] ?? '';
    const spec = isFile(word) ? parseExperiment(await textOf(word)) : await knownExperiment(dashboard, word);
    const resolved = await resolve(dashboard, faultsOf(spec));
    if (json) terminal.out(JSON.stringify({ title: spec.title, faults: resolved.map(asJson) }));
    else for (const line of lines(spec, resolved)) terminal.out(line);
    return resolved.some(({ error }) => error !== null) ? EX_PARTLY : 0;
  },
});

function faultsOf({ method }: ExperimentSpec): { activity: string; spec: FaultSpec }[] {
  return method.flatMap(({ name, provider }) =>
    provider.type === 'fault' ? [{ activity: name, spec: provider.spec }] : [],
  );
}

async function resolve(
  dashboard: Dashboard,
  faults: { activity: string; spec: FaultSpec }[],
): Promise<Resolved[]> {
  const resolved: Resolved[] = [];
  for (const { activity, spec } of faults) {
    const fault = faultTitle(spec);
    try {
      const { targets } = await dashboard.arm(spec, true);
      resolved.push({ activity, fault, targets, error: null });
    } catch (error) {
      if (!(error instanceof StormglassError) || error instanceof DashboardAway) throw error;
      resolved.push({ activity, fault, targets: [], error });
    }
  }
  return resolved;
}

function lines(spec: ExperimentSpec, resolved: readonly Resolved[]): string[] {
  if (resolved.length === 0) return [`${spec.title}: its method arms no fault`];
  const rows = resolved.flatMap(({ activity, fault, targets, error }) => [
    `${activity}: ${fault}`,
    ...columns(targets.map(({ service, instance, agentId }) => [`  ${service}`, instance, agentId])),
    ...(error === null ? [] : [`  REFUSED: ${error.message}`, `  ${error.next}`]),
  ]);
  return [spec.title, ...rows];
}

function asJson({ error, ...rest }: Resolved): unknown {
  return error === null ? rest : { ...rest, ...error.toBody() };
}
