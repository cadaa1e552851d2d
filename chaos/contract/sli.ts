import { z } from 'zod';

/** A figure over the trace stream. `service` as the server saw it; `operation` as in TrafficCell. */
export const SliQuery = z.object({
  service: z.string(),
  operation: z.string().optional(),
  metric: z.enum(['error_rate', 'p95', 'availability', 'good_rate', 'rate']),
  /** For good_rate: an answer counts as good when it is no error and at most this slow. */
  within_ms: z.number().positive().default(500),
  /** Seconds. */
  window: z.number().min(0).max(600).default(10),
});
export type SliQuery = z.infer<typeof SliQuery>;
