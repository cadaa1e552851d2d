import { z } from 'zod';

/** Something that is what its events say, after each of its events. */
export const Past = z.object({
  /** What it is: order, payment. */
  what: z.string(),
  id: z.string(),
  /** Oldest first, at most 200. */
  versions: z.array(
    z.object({
      /** Counts the events from 1. */
      version: z.number().int(),
      /** Epoch ms, of the owner's clock. */
      at: z.number(),
      /** `ORDER_CONFIRMED` */
      event: z.string(),
      /** What it was after that event, as its owner folds it. */
      state: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type Past = z.infer<typeof Past>;

/** A saga with a step that does not get through, which waits for a person. */
export const StuckSaga = z.object({
  sagaId: z.string(),
  orderId: z.string(),
  type: z.string(),
  step: z.string(),
  kind: z.enum(['action', 'compensate']),
  /** Attempts of that step so far. */
  attempts: z.number().int(),
  /** Why the last one failed. */
  detail: z.string(),
  /** Epoch ms. */
  stuckSince: z.number(),
});
export type StuckSaga = z.infer<typeof StuckSaga>;
