import { StuckSaga } from '@stormglass/agents/contract';
import { z } from 'zod';
import { SagaMode } from '../events/shop-event.ts';

/** Amounts in cents. */
export const CreateOrderRequest = z.object({
  userId: z.string().min(1).max(100),
  sku: z.string().min(1).max(100),
  quantity: z.number().int().min(1).max(1_000).default(1),
  amount: z.number().int().positive().max(100_000_000),
  cardToken: z.string().min(1).max(200),
  address: z.string().min(1).max(500),
  mode: SagaMode.default('orchestrated'),
});
export type CreateOrderRequest = z.output<typeof CreateOrderRequest>;

export const OrderStatus = z.enum(['PENDING', 'CONFIRMED', 'CANCELLED', 'REJECTED']);
export type OrderStatus = z.infer<typeof OrderStatus>;

export const OrderView = z.object({
  orderId: z.string(),
  sagaId: z.string(),
  mode: SagaMode,
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

/** The answer to an order whose saga had not ended in time. */
export const PendingOrder = z.object({
  orderId: z.string(),
  sagaId: z.string(),
  status: z.literal('PENDING'),
});

/**
 * `status` is the saga's after the request. `effect`: `compensates` undoes the order before its parcel is sent, `returns`
 * takes back what was sent (by the saga `returnSagaId`), `undecided` does whichever the parcel allows.
 */
export const CancelAnswer = z.object({
  orderId: z.string(),
  sagaId: z.string(),
  status: z.string(),
  effect: z.enum(['compensates', 'returns', 'undecided']),
  returnSagaId: z.string().nullable(),
});

/** The manual-intervention queue. */
export const StuckAnswer = z.object({ sagas: z.array(StuckSaga) });

export const SagaAnswer = z.object({
  sagaId: z.string(),
  orderId: z.string(),
  type: z.string(),
  mode: z.enum(['orchestrated', 'choreographed']),
  status: z.string(),
  /** True when it was not through at its deadline. */
  overdue: z.boolean(),
  epoch: z.number().int(),
  journal: z.array(
    z.object({
      step: z.string(),
      kind: z.enum(['action', 'compensate', '']),
      status: z.string(),
      attempt: z.number().int(),
      epoch: z.number().int(),
      owner: z.string(),
      key: z.string(),
      detail: z.string(),
      /** Epoch milliseconds. */
      at: z.number(),
    }),
  ),
});
