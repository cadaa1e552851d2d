import { z } from 'zod';

const counts = z.record(z.string(), z.number());

/** What the collector says of itself; counts are since its start. */
export const CollectorView = z.object({
  received: z.number(),
  receivedBySignal: counts,
  rejected: z.number(),
  rejectedByReason: counts,
  quarantined: z.number(),
  evicted: z.number(),
  /** By signal and reason: age, bytes. */
  evictedBySignal: z.record(z.string(), counts),
  evictedByService: counts,
  /** Spans whose parent had not arrived after a minute, and those that start before it; `oneIn` traces are looked at. */
  parents: z.object({
    checked: z.number(),
    orphaned: z.number(),
    skewed: z.number(),
    oneIn: z.number(),
  }),
  /** Null before the first look; a limit of 0 is none. */
  storeBytes: z.number().nullable(),
  storeLimitBytes: z.number(),
  spoolBytes: z.number(),
  rssBytes: z.number(),
});
export type CollectorView = z.infer<typeof CollectorView>;
