import { z } from 'zod';
import { parseShopEvent, SagaMode, type ShopEvent } from '../events/shop-event.ts';
import type { Delivery } from '../kit/broker/port.ts';
import { ShopError } from '../kit/errors.ts';

/** What one channel is told to send: the payload of messages on `notifications.<channel>`. */
export const Notice = z.object({
  orderId: z.string(),
  sagaId: z.string(),
  mode: SagaMode,
  userId: z.string(),
  subject: z.string(),
});
export type Notice = z.infer<typeof Notice>;
export const NOTICE = 'notice.send';

/** The words for an order that was settled; refuses a message about anything else. */
export function noticeOf(delivery: Delivery): Notice {
  const event = parseShopEvent(delivery.payload);
  const { orderId, sagaId, mode } = event;
  const { userId, outcome } = settled(event);
  return { orderId, sagaId, mode, userId, subject: `Order ${orderId}: ${outcome}` };
}

function settled(event: ShopEvent): { userId: string; outcome: string } {
  const { type } = event;
  switch (type) {
    case 'ORDER_CONFIRMED':
      return { userId: event.data.userId, outcome: 'confirmed' };
    case 'ORDER_CANCELLED':
      return {
        userId: event.data.userId,
        outcome: event.data.cause === 'rejected' ? 'rejected' : 'cancelled',
      };
    case 'ORDER_RETURNED':
      return { userId: event.data.userId, outcome: 'returned' };
    default:
      throw new ShopError('invalid_request', `nobody is told of ${type}`, 'Send the end of an order.');
  }
}
