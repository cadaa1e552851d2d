import type { JsonSchema } from '../../../live/json-schema.ts';
import { initialOf, isRecord, type Path } from '../schema.ts';

interface NewItem {
  label: string;
  value: unknown;
}

const RANGE = { type: 'range', range: [0.8, 1] };

/** What can be added to a list. New probes and guards watch what the experiment watches, new faults its service. */
export function newItems(path: Path, schema: JsonSchema, experiment: unknown): NewItem[] {
  const sli =
    isRecord(experiment) && isRecord(experiment.sli) ? experiment.sli : { service: '', metric: 'good_rate' };
  const probe = {
    ...{ type: 'probe', name: 'answers are good' },
    ...{ provider: { type: 'sli', query: sli }, tolerance: RANGE },
  };
  switch (path.at(-1)) {
    case 'probes':
      return [{ label: 'Add a probe', value: probe }];
    case 'method':
      return [
        {
          label: 'Add a fault',
          value: {
            ...{ type: 'action', name: 'answers are late' },
            provider: {
              type: 'fault',
              spec: {
                action: { type: 'latency', ms: 1000 },
                target: { kind: 'service', service: sli.service },
                durationMs: 10_000,
              },
            },
          },
        },
        { label: 'Add a probe', value: probe },
      ];
    case 'guards':
      return [
        {
          label: 'Add a guard',
          value: {
            name: 'not too many errors',
            query: { service: sli.service, metric: 'error_rate', window: 10 },
            tolerance: { type: 'range', range: [0, 0.5] },
          },
        },
      ];
    default:
      return [{ label: 'Add one', value: schema.items ? initialOf(schema.items) : '' }];
  }
}

const ACTIONS: readonly unknown[] = ['fault', 'control', 'protection'];

/** An activity whose provider was changed: what acts is an action, what looks is a probe. */
export function withProvider(activity: unknown, provider: unknown): unknown {
  if (!isRecord(activity)) return activity;
  const acts = isRecord(provider) && ACTIONS.includes(provider.type);
  return { ...activity, type: acts ? 'action' : 'probe', provider };
}
