import { z } from 'zod';
import { CreateOrderRequest, OrderStatus, OrderView } from '../orders/api.ts';
import { OrderDetails } from '../orderview/model/details.ts';
import { ShipmentView } from '../shipping/api.ts';

/**
 * An order at the door. `userId` of a customer who has logged in is his own; of anybody else `guest`, if absent. The
 * price is the catalog's: an `amount`, in cents, is what the customer expects, and refused when it is another.
 */
export const PlaceOrderRequest = CreateOrderRequest.extend({
  userId: CreateOrderRequest.shape.userId.optional(),
  amount: CreateOrderRequest.shape.amount.optional(),
});
export type PlaceOrderRequest = z.output<typeof PlaceOrderRequest>;

export const ById = z.object({ id: z.string().regex(/^[\w-]{1,64}$/) });

/** Loose: a request has other headers, too. */
export const PlaceHeaders = z.looseObject({ 'idempotency-key': z.string().min(1).max(255).optional() });
export const CanaryHeaders = z.looseObject({
  'x-canary': z.string().optional().describe('v1 or v2: asks for this variant'),
});

/** Parts which cannot be had are null, and their services are named in `degraded`. `details` come with variant v2. */
export const AssembledOrder = z.object({
  order: OrderView,
  user: z.object({ id: z.string(), name: z.string() }).nullable(),
  shipments: z.array(ShipmentView).nullable(),
  details: OrderDetails.nullable(),
  degraded: z.array(z.string()),
});
export type AssembledOrder = z.output<typeof AssembledOrder>;

/** What the old shop's page had of an order: the same whichever service it comes from. */
export const LegacyOrder = z.object({
  orderId: z.string(),
  userId: z.string(),
  sku: z.string(),
  quantity: z.number().int(),
  amount: z.number().int(),
  status: OrderStatus,
  createdAt: z.string(),
});
export type LegacyOrder = z.output<typeof LegacyOrder>;
export const LegacyOrders = z.object({ orders: z.array(LegacyOrder) });

/** Where requests go now. */
export const RoutingAnswer = z.object({
  routes: z.array(
    z.object({ method: z.string(), path: z.string(), service: z.string(), access: z.string() }),
  ),
  splits: z.array(z.object({ name: z.string(), variants: z.array(z.string()), percent: z.number() })),
});
