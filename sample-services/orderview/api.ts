import { z } from 'zod';
import { OrderLine } from './model/details.ts';

export const ById = z.object({ id: z.string().min(1).max(100) });
export const Listing = z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) });
export const LinesAnswer = z.object({ orders: z.array(OrderLine) });

const ms = z.number().nullable();

/** How far the read models are behind, and how a rebuild comes on. */
export const ProjectionAnswer = z.object({
  generation: z.number().int(),
  /** Orders of which anything is known. */
  orders: z.number().int(),
  /** From an event's own time to when it was seen here, over the newest events of this process. */
  lag: z.object({ lastMs: ms, p50Ms: ms, p95Ms: ms, maxMs: ms, samples: z.number().int() }),
  /** Null unless one is under way. */
  rebuild: z
    .object({
      generation: z.number().int(),
      startedAt: z.string(),
      /** The process that builds, with its fencing epoch; null while nobody does. */
      builder: z.object({ owner: z.string(), epoch: z.number().int() }).nullable(),
      sources: z.array(z.object({ source: z.string(), events: z.number().int(), finished: z.boolean() })),
    })
    .nullable(),
  rebuiltAt: z.string().nullable(),
});
export type ProjectionAnswer = z.infer<typeof ProjectionAnswer>;

export const RebuildAnswer = z.object({ generation: z.number().int() });
export type RebuildAnswer = z.infer<typeof RebuildAnswer>;
