import { z } from 'zod';
import type { QueueDefinition } from '../kit/broker/port.ts';

/** Three deliveries, 2 s and 4 s apart; then the dead letters. */
export const NOTIFICATIONS: QueueDefinition = { name: 'notifications', attempts: 3, backoffMs: 2_000 };

/** Message `order.settled`: an order reached its end and its owner shall hear of it. Amount in cents. */
export const OrderSettled = z.object({
  orderId: z.string(),
  userId: z.string(),
  status: z.enum(['CONFIRMED', 'CANCELLED', 'REJECTED']),
  amount: z.number().int(),
  /** In words, for the mail. */
  reason: z.string(),
});
export type OrderSettled = z.infer<typeof OrderSettled>;
export const ORDER_SETTLED = 'order.settled';
