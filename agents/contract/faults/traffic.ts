import { z } from 'zod';
import type { FaultRow } from './row.ts';
import { whole } from './whole.ts';

/** Of how much is asked of the system. */
export const TRAFFIC_ACTIONS = [
  /** A load generator sends at another rate until the lease ends. */
  z.object({
    type: z.literal('traffic_flood'),
    rate: whole(1, 1_000, 50, { title: 'Rate', unit: 'per second', description: 'of what it sends' }),
  }),
  /** Failed calls are repeated at once, all together and often. */
  z.object({
    type: z.literal('retry_storm'),
    retries: whole(1, 10, 10, {
      title: 'Repetitions',
      unit: 'at most',
      description: 'of a call that failed, without a pause and without jitter',
    }),
  }),
] as const;

export const TRAFFIC_CATALOGUE = {
  traffic_flood: { title: 'Flood', targets: ['service'], positions: ['before'] },
  retry_storm: { title: 'Retry storm', targets: ['service'], positions: ['before'] },
} as const satisfies Record<(typeof TRAFFIC_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
