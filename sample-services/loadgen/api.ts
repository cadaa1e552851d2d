import { LoadPlan } from '@stormglass/agents/contract';
import { z } from 'zod';

/** What the generator remembers of an order that was answered. */
export const PlacedAnswer = z.object({ orderId: z.string(), status: z.string() });

const count = z.number().int();

/** As customers saw it, since the start or the last reset. Latencies in milliseconds, free of coordinated omission. */
const Seen = z.object({
  outcomes: z.object({ ok: count, pending: count, refused: count, limited: count, failed: count }),
  latency: z.object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number(), count }),
});

/** The plan, and orders since the start. `overflow` and `dropped` were never sent: the bounds of the generator's own memory. */
export const StatsAnswer = LoadPlan.extend({
  dropped: count,
  sent: count,
  confirmed: count,
  pending: count,
  refused: count,
  failed: count,
  overflow: count,
  forgotten: count,
  inFlight: count,
  seen: z.object({ order: Seen, look: Seen, cancel: Seen }),
});
export type StatsAnswer = z.infer<typeof StatsAnswer>;
export const ResetAnswer = z.object({ reset: z.literal(true) });
export const AcceptedAnswer = z.object({ accepted: z.array(PlacedAnswer), forgotten: count });
