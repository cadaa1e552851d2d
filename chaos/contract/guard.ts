import { z } from 'zod';
import { SliQuery } from './sli.ts';
import { Tolerance } from './tolerance.ts';

/** What a guard watches beside a service level. */
export const GuardWatch = z.discriminatedUnion('type', [
  /** Messages, or seconds for `oldest_age`. */
  z.object({
    type: z.literal('queue'),
    queue: z.string().min(1),
    metric: z.enum(['ready', 'oldest_age', 'dead']).default('ready'),
  }),
  /** Sagas that say they cannot go on, or are past their deadline. */
  z.object({ type: z.literal('stuck_sagas') }),
  /** Breakers that are open or half open; of all callers and callees where none is named. */
  z.object({ type: z.literal('open_breakers'), service: z.string().optional(), peer: z.string().optional() }),
  /** How fast a service level spends its error budget: 1 is just what its objective allows. */
  z.object({
    type: z.literal('burn'),
    query: SliQuery.extend({ metric: z.enum(['availability', 'good_rate']) }),
    objective: z.number().min(0.5).max(0.99999),
  }),
  /** How far the faults reached since the first of them: calls, sagas, services beside the targets, or share of calls. */
  z.object({ type: z.literal('blast'), of: z.enum(['requests', 'sagas', 'services', 'share']) }),
]);
export type GuardWatch = z.infer<typeof GuardWatch>;

/** A bound on the stream while a fault is on: a service level (`query`) or something else (`watch`), one of the two. */
export const Guard = z.object({
  name: z.string(),
  query: SliQuery.optional(),
  watch: GuardWatch.optional(),
  tolerance: Tolerance,
});
export type Guard = z.infer<typeof Guard>;
