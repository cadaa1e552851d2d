import { z } from 'zod';

/** Inclusive range, equality, or a bound. */
export const Tolerance = z.union([
  z.boolean(),
  z.number(),
  z.string(),
  z.object({ type: z.literal('range'), range: z.tuple([z.number(), z.number()]) }),
]);
export type Tolerance = z.infer<typeof Tolerance>;
