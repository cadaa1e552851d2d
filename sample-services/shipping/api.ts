import { z } from 'zod';

/** The Idempotency-Key of a shipment is its name; a cancellation names it. */
export const ShipRequest = z.object({ orderId: z.string(), address: z.string().min(1).max(500) });
export const ShipAnswer = z.object({ shipment: z.string(), tracking: z.string() });

export const CancelShipmentRequest = z.object({ shipment: z.string(), orderId: z.string() });
export const CancelShipmentAnswer = z.object({
  shipment: z.string(),
  outcome: z.enum(['cancelled', 'voided']),
});

/** The Idempotency-Key of a return is its name. `address`: where the parcel is collected. */
export const ReturnRequest = z.object({ orderId: z.string(), address: z.string().min(1).max(500) });
export const ReturnAnswer = z.object({ return: z.string(), tracking: z.string() });

export const ShipmentView = z.object({
  shipment: z.string(),
  orderId: z.string(),
  status: z.enum(['pending', 'created', 'refused', 'cancelling', 'cancelled', 'voided']),
  tracking: z.string().nullable(),
});
export const ShipmentsAnswer = z.object({ shipments: z.array(ShipmentView) });
