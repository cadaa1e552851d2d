import { INVARIANT_ID } from '@stormglass/agents/contract';
import { z } from 'zod';

export const ById = z.object({ id: z.string().regex(INVARIANT_ID) });

export const SweepQuery = z.object({ everything: z.enum(['true', 'false']).default('false') });

const ms = z.number().nullable();
/** From the end of a saga to the last word of any book about its order, over the newest 1,000 sagas. */
export const ConsistencyAnswer = z.object({ p50Ms: ms, p95Ms: ms, maxMs: ms, sagas: z.number().int() });
