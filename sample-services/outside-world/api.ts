import { z } from 'zod';

/** Money is in cents. `reference` is the caller's own id of the thing (its idempotency key): unique over repetitions. */
const cents = z.number().int().positive().max(100_000_000);
const reference = z.string().min(1).max(255);

export const CaptureRequest = z.object({
  reference,
  orderId: z.string(),
  amount: cents,
  cardToken: z.string().min(1),
});
export const CaptureAnswer = z.object({ reference: z.string(), captured: z.number().int() });

/** Gives the money of a capture back; a capture never seen is voided, so that it cannot happen later. */
export const RefundRequest = z.object({ reference, orderId: z.string() });
export const RefundAnswer = z.object({
  reference: z.string(),
  outcome: z.enum(['refunded', 'voided']),
  refunded: z.number().int(),
});

export const LabelRequest = z.object({ reference, orderId: z.string(), address: z.string().min(1) });
export const LabelAnswer = z.object({ reference: z.string(), tracking: z.string() });
/** A label with which a customer sends a parcel back; free of charge and never cancelled. */
export const ReturnLabelRequest = z.object({ reference, orderId: z.string(), address: z.string().min(1) });
export const LabelCancelRequest = z.object({ reference, orderId: z.string() });
export const LabelCancelAnswer = z.object({
  reference: z.string(),
  outcome: z.enum(['cancelled', 'voided']),
});

/** Ways to reach a customer; each is a path `/messages/<channel>` and the `kind` of its entries in the statement. */
export const CHANNELS = ['email', 'sms', 'push'] as const;
export type Channel = (typeof CHANNELS)[number];

export const MessageRequest = z.object({
  messageId: z.string(),
  to: z.string(),
  subject: z.string(),
  orderId: z.string(),
});
export const MessageAnswer = z.object({ messageId: z.string(), accepted: z.literal(true) });

export const StatementQuery = z.object({ orderId: z.string().optional() });
export const StatementAnswer = z.object({
  entries: z.array(
    z.object({
      seq: z.number().int(),
      kind: z.string(),
      reference: z.string(),
      orderId: z.string(),
      amount: z.number().int(),
      at: z.string(),
    }),
  ),
  /** Cents over these entries. */
  captured: z.number().int(),
  refunded: z.number().int(),
});

/** Inputs the outside world refuses, as providers' own test values do. */
export const DECLINED_CARD = 'tok_declined';
export const GOOD_CARD = 'tok_visa';
/** Any address with this postal code is outside the carrier's area. */
export const UNDELIVERABLE_CODE = '00000';
