import { z } from 'zod';
import { quantity } from './parameter.ts';
import type { FaultRow } from './row.ts';

/** Of how much is asked of the system. */
export const TRAFFIC_ACTIONS = [
  /** A load generator sends at another rate until the lease ends. */
  z.object({
    type: z.literal('traffic_flood'),
    rate: quantity(1, 1_000, { title: 'Rate', unit: 'per second', about: 'of what it sends' }).default(50),
  }),
  /** Failed calls are repeated at once, all together and often. */
  z.object({
    type: z.literal('retry_storm'),
    retries: quantity(1, 10, {
      title: 'Repetitions',
      unit: 'at most',
      about: 'of a call that failed, without a pause and without jitter',
    }).default(10),
  }),
] as const;

export const TRAFFIC_CATALOGUE = {
  traffic_flood: { title: 'Flood', targets: ['service'], positions: ['before'] },
  retry_storm: { title: 'Retry storm', targets: ['service'], positions: ['before'] },
} as const satisfies Record<(typeof TRAFFIC_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
