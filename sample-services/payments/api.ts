import { z } from 'zod';
import { SagaMode } from '../events/shop-event.ts';

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

/** What became of a charge's money, in cents, as its events tell it. */
export const PaymentView = z.object({
  /** The charge's name. */
  payment: z.string(),
  orderId: z.string(),
  sagaId: z.string(),
  mode: SagaMode,
  status: z.enum(['captured', 'failed', 'refunded', 'voided']),
  captured: z.number().int(),
  refunded: z.number().int(),
  /** Why it failed, in words; else empty. */
  reason: z.string(),
  version: z.number().int(),
  changedAt: z.string(),
});
export type PaymentView = z.output<typeof PaymentView>;
