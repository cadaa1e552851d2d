import { z } from 'zod';

/** Money in cents. The Idempotency-Key of a charge is its name; a refund names it. */
export const ChargeRequest = z.object({
  orderId: z.string(),
  amount: z.number().int().positive().max(100_000_000),
  /** The card's token, sealed by orders. */
  sealedCard: z.string(),
});
export const ChargeAnswer = z.object({ charge: z.string(), captured: z.number().int() });

export const RefundChargeRequest = z.object({ charge: z.string(), orderId: z.string() });
export const RefundChargeAnswer = z.object({
  charge: z.string(),
  /** `voided`: never captured; if the charge comes late it is refused. */
  outcome: z.enum(['refunded', 'voided']),
  refunded: z.number().int(),
});

export const LedgerQuery = z.object({ orderId: z.string() });
/** Double entries of one order, in cents, and the sum over all of the ledger, which is 0. */
export const LedgerAnswer = z.object({
  entries: z.array(
    z.object({ charge: z.string(), kind: z.string(), account: z.string(), amount: z.number().int() }),
  ),
  sum: z.number().int(),
});
