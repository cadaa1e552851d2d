import { Acknowledged, Evidence, Past, StuckSaga, Wall } from '@stormglass/agents/contract';
import { z } from 'zod';
import type { SHOP_API } from './shop-api.ts';

/** What the rows about the services' own knowledge answer. */
export const SHOP_ANSWERS = {
  /** Null while no auditor is connected. */
  wall: z.object({ service: z.string(), wall: Wall.nullable() }),
  evidence: Evidence,
  acknowledge: Acknowledged,
  /** `asked`: services that keep such a queue and answered. */
  stuckSagas: z.object({ asked: z.array(z.string()), sagas: z.array(StuckSaga) }),
  orderPast: z.object({
    orderId: z.string(),
    pasts: z.array(Past.extend({ service: z.string() })),
    /** Services that have a history and did not answer, and why. */
    missed: z.array(z.object({ service: z.string(), message: z.string() })),
  }),
} as const satisfies Record<keyof typeof SHOP_API, z.ZodType>;
