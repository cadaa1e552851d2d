import { z } from 'zod';
import type { FaultRow } from './row.ts';

/** Of the registry, by which services find each other. */
export const DISCOVERY_ACTIONS = [
  /** It names one more instance of a service, at an address where nobody listens. */
  z.object({
    type: z.literal('discovery_stale'),
    entry: z
      .string()
      .min(1)
      .max(64)
      .meta({ title: 'Service', unit: 'name', description: 'that gets an instance which is not there' }),
  }),
  /** It answers, and knows nobody. */
  z.object({ type: z.literal('registry_blank') }),
] as const;

export const DISCOVERY_CATALOGUE = {
  discovery_stale: { title: 'Stale registry entry', targets: ['service'], positions: ['before'] },
  registry_blank: { title: 'Registry blank', targets: ['service'], positions: ['before'] },
} as const satisfies Record<(typeof DISCOVERY_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
