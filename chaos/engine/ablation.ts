import type { Activity, ExperimentSpec, Run } from '../contract/index.ts';

/** An experiment with actions in front which take the named protections away; `lead` is how many those are. */
export function withoutProtections(spec: ExperimentSpec): { spec: ExperimentSpec; lead: number } {
  const removals = spec.ablations.map(
    ({ service, protection }): Activity => ({
      type: 'action',
      name: `${service} goes without ${protection}`,
      provider: { type: 'protection', service, name: protection },
    }),
  );
  return { spec: { ...spec, method: [...removals, ...spec.method] }, lead: removals.length };
}

/** The protections that a run has begun to take away and not put back, by its journal. */
export function removedProtections(run: Pick<Run, 'experiment' | 'unprotected' | 'events'>) {
  const { method } = run.unprotected ? withoutProtections(run.experiment).spec : run.experiment;
  const begun = new Set(
    run.events.flatMap((event) => (event.type === 'activity-started' ? [event.name] : [])),
  );
  const back = new Set(
    run.events.flatMap((event) => (event.type === 'activity-ended' && event.ok ? [event.name] : [])),
  );
  return method.flatMap(({ name, provider }) => {
    if (provider.type !== 'protection' || !begun.has(name)) return [];
    if (back.has(restoredName(provider.service, provider.name))) return [];
    return [{ service: provider.service, name: provider.name }];
  });
}

/** What the journal calls the putting back of a protection. */
export const restoredName = (service: string, protection: string): string =>
  `${service} has ${protection} back`;
