import type { Activity, ExperimentSpec } from '../contract/index.ts';

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
