import { z } from 'zod';

/** One journey of a user: a trace, seen where the first service answered it. */
export const Journey = z.object({
  traceId: z.string(),
  /** The first service that served it, and what was asked of it: `POST /orders`. */
  service: z.string(),
  operation: z.string(),
  /** Epoch milliseconds. */
  startMs: z.number(),
  durationMs: z.number(),
  error: z.boolean(),
});
export type Journey = z.infer<typeof Journey>;

/** A place that journeys pass: a service that serves, or a call from a service to a peer, database or queue. */
export const Place = z.object({
  kind: z.enum(['server', 'client', 'db', 'producer', 'consumer']),
  service: z.string(),
  /** Empty for `server`. */
  peer: z.string(),
});
export type Place = z.infer<typeof Place>;

/** Where the journeys of a range went; counts are of the traces that were read. */
export const JourneyPaths = z.object({
  journeys: z.array(
    z.object({
      service: z.string(),
      operation: z.string(),
      traces: z.number().int(),
      /** Places that its traces passed, and how many of them did. */
      places: z.array(Place.extend({ traces: z.number().int() })),
    }),
  ),
  /** One in `oneIn` of the traces of the range was read, chosen by their id. */
  oneIn: z.number().int(),
});
export type JourneyPaths = z.infer<typeof JourneyPaths>;
