import { z } from 'zod';
import { CancelCause, SagaMode } from '../../events/shop-event.ts';

/** `UNKNOWN`: something of the order was heard, but not yet that it was placed. */
export const ViewStatus = z.enum(['UNKNOWN', 'PENDING', 'CONFIRMED', 'CANCELLED', 'REJECTED']);
export type ViewStatus = z.infer<typeof ViewStatus>;

const instant = z.string().describe('ISO 8601');
const cents = z.number().int();

export const PaymentPart = z.object({
  status: z.enum(['captured', 'failed', 'refunded', 'voided']),
  captured: cents,
  refunded: cents,
  reason: z.string(),
});
export type PaymentPart = z.infer<typeof PaymentPart>;

export const ShipmentPart = z.object({
  status: z.enum(['created', 'failed', 'cancelled', 'voided']),
  tracking: z.string().nullable(),
  reason: z.string(),
});
export type ShipmentPart = z.infer<typeof ShipmentPart>;

export const NotificationPart = z.object({
  channel: z.string(),
  status: z.enum(['sent', 'failed']),
  reason: z.string(),
});
export type NotificationPart = z.infer<typeof NotificationPart>;

/** Versions of a stream that must exist, since later ones were heard, and were not heard themselves. */
export const Gap = z.object({ stream: z.string(), missing: z.array(z.number().int()) });
export type Gap = z.infer<typeof Gap>;

/** An order with everything that happened to it, as far as it was heard. Null: not heard of (yet). */
export const OrderDetails = z.object({
  orderId: z.string(),
  sagaId: z.string(),
  mode: SagaMode,
  status: ViewStatus,
  userId: z.string().nullable(),
  sku: z.string().nullable(),
  quantity: z.number().int().nullable(),
  amount: cents.nullable(),
  cause: CancelCause.nullable(),
  reason: z.string(),
  /** A confirmed order whose goods came back; it stays confirmed. */
  returned: z.boolean(),
  createdAt: instant.nullable(),
  settledAt: instant.nullable(),
  payment: PaymentPart.nullable(),
  shipment: ShipmentPart.nullable(),
  notifications: z.array(NotificationPart),
  /** Of the order's own stream; 0 before any of it was heard. */
  version: z.number().int(),
  /** Events folded, of all streams. */
  events: z.number().int(),
  gaps: z.array(Gap),
});
export type OrderDetails = z.infer<typeof OrderDetails>;

/** An order as a line of a list. */
export const OrderLine = OrderDetails.pick({
  orderId: true,
  status: true,
  userId: true,
  sku: true,
  quantity: true,
  amount: true,
  returned: true,
  createdAt: true,
});
export type OrderLine = z.infer<typeof OrderLine>;
