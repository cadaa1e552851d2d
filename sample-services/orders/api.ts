import { z } from 'zod';

/** Amounts in cents. `mode: choreographed` is refused by name until that saga exists. */
export const CreateOrderRequest = z.object({
  userId: z.string().min(1).max(100),
  sku: z.string().min(1).max(100),
  quantity: z.number().int().min(1).max(1_000).default(1),
  amount: z.number().int().positive().max(100_000_000),
  cardToken: z.string().min(1).max(200),
  address: z.string().min(1).max(500),
  mode: z.enum(['orchestrated', 'choreographed']).default('orchestrated'),
});
export type CreateOrderRequest = z.output<typeof CreateOrderRequest>;

export const OrderStatus = z.enum(['PENDING', 'CONFIRMED', 'CANCELLED', 'REJECTED']);
export type OrderStatus = z.infer<typeof OrderStatus>;

export const OrderView = z.object({
  orderId: z.string(),
  sagaId: z.string(),
  userId: z.string(),
  sku: z.string(),
  quantity: z.number().int(),
  amount: z.number().int(),
  status: OrderStatus,
  /** In words; empty while nothing is to be said. */
  reason: z.string(),
  /** Counts the changes of this order, from 1. */
  version: z.number().int(),
  createdAt: z.string(),
});
export type OrderView = z.infer<typeof OrderView>;
export const OrdersAnswer = z.object({ orders: z.array(OrderView) });
