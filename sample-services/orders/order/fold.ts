import { z } from 'zod';
import { toShopEvent } from '../../events/record.ts';
import { SagaMode } from '../../events/shop-event.ts';
import type { StoredEvent } from '../../kit/event-store/event.ts';
import type { Fold } from '../../kit/event-store/fold.ts';
import { OrderView } from '../api.ts';

/** An order as its events tell it. */
export const OrderState = OrderView.extend({ mode: SagaMode, sealedCard: z.string(), address: z.string() });
export type OrderState = z.output<typeof OrderState>;

export const orderStream = (orderId: string): string => `order:${orderId}`;

/** null before the first event. */
export const ORDER_FOLD: Fold<OrderState | null> = {
  name: 'order/1',
  empty: null,
  snapshotEvery: 20,
  restore: (json) => OrderState.nullable().parse(json),
  apply,
};

function apply(state: OrderState | null, stored: StoredEvent): OrderState | null {
  const event = toShopEvent(stored);
  if (event.type === 'ORDER_CREATED') {
    const { orderId, sagaId, mode, version, at } = event;
    return { ...event.data, orderId, sagaId, mode, status: 'PENDING', reason: '', version, createdAt: at };
  }
  if (state === null) throw new Error(`${stored.stream} begins with ${event.type}`);
  const moved = { ...state, version: event.version };
  switch (event.type) {
    case 'ORDER_CONFIRMED':
      return { ...moved, status: 'CONFIRMED' };
    case 'ORDER_CANCELLED':
      return {
        ...moved,
        status: event.data.cause === 'rejected' ? 'REJECTED' : 'CANCELLED',
        reason: event.data.reason,
      };
    case 'ORDER_RETURNED':
      return { ...moved, reason: 'returned: refunded and restocked' };
    case 'ORDER_TIMED_OUT':
      return moved;
    default:
      throw new Error(`${event.type} is no event of an order`);
  }
}
