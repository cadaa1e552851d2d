import { z } from 'zod';

/** One experiment of the bisection: so many failing calls after good ones, `calls` in all, in an empty window. */
export const TripTrial = z.object({
  failures: z.number().int(),
  opened: z.boolean(),
  /** What its own window held when it opened; null when it did not. */
  windowCalls: z.number().int().nullable(),
  windowFailures: z.number().int().nullable(),
});
export type TripTrial = z.infer<typeof TripTrial>;

/** Of so many calls in the window, how many must fail before it opens. */
export const TripPoint = z.object({
  calls: z.number().int(),
  /** By its specification, and as it was found; null: not even when all fail. */
  configured: z.number().int().nullable(),
  real: z.number().int().nullable(),
  trials: z.array(TripTrial),
});
export type TripPoint = z.infer<typeof TripPoint>;

export const TripCurve = z.object({
  service: z.string(),
  name: z.string(),
  threshold: z.number(),
  volume: z.number().int(),
  points: z.array(TripPoint),
  /** Whether the real curve is the configured one. */
  agrees: z.boolean(),
});
export type TripCurve = z.infer<typeof TripCurve>;
