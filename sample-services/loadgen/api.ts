import { z } from 'zod';

const count = z.number().int().min(0);

/** Orders by what became of them; `dropped` are arrivals which were late, `overflow` those beyond the bound. */
export const StatsAnswer = z.object({
  /** Orders per second. */
  rate: z.number(),
  dropped: count,
  sent: count,
  confirmed: count,
  pending: count,
  refused: count,
  failed: count,
  overflow: count,
  forgotten: count,
  inFlight: count,
});

export const PlacedAnswer = z.object({ orderId: z.string(), status: z.string() });
/** `forgotten`: accepted, but no longer in this list. */
export const AcceptedAnswer = z.object({ accepted: z.array(PlacedAnswer), forgotten: count });
