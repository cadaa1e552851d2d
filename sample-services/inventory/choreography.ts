import type { EventHandlers, Heard } from '../events/listen.ts';
import { QUEUES } from '../events/queues.ts';
import { type Subject, tellAgain } from '../events/record.ts';
import type { ShopEventOf } from '../events/shop-event.ts';
import { actionKey, inStep } from '../events/steps.ts';
import { crashPoint } from '../kit/crash.ts';
import { isReleaseWaived, release, reservationStream, reserve, waiveRelease } from './stock.ts';

/**
 * inventory's part of a choreographed saga: reserves for a new order, releases when a payment or a shipment failed and
 * when the order was cancelled. Nothing changes here when it is confirmed: reserved goods are sold goods.
 */
export const INVENTORY_HANDLERS: EventHandlers = {
  ORDER_CREATED: reserveFor,
  PAYMENT_FAILED: releaseOf,
  SHIPMENT_FAILED: releaseOf,
  ORDER_CANCELLED: (event, heard) => releaseOf(event, heard, event.data.waived === 'reserve'),
};

function reserveFor(event: ShopEventOf<'ORDER_CREATED'>, heard: Heard): Promise<void> {
  const { sku, quantity, amount, sealedCard, address } = event.data;
  const id = actionKey(event.sagaId, 'reserve');
  const order = { amount, sealedCard, address };
  return inStep(event, 'reserve', 'action', heard.attempt, async () => {
    // One that comes late is refused, and there is nobody to be told: its order has ended.
    await heard.once(async (tx) => void (await reserve(tx, event, { id, sku, quantity, order })));
    crashPoint('reserve:after-commit');
  });
}

function releaseOf(subject: Subject, heard: Heard, waived = false): Promise<void> {
  const id = actionKey(subject.sagaId, 'reserve');
  return inStep(subject, 'reserve', 'compensate', heard.attempt, async () => {
    await heard.once(async (tx) => {
      if (waived) return waiveRelease(tx, subject, id);
      if (await isReleaseWaived(tx, id)) return;
      const { isNew } = await release(tx, subject, id);
      if (isNew || !heard.isRepeated) return;
      await tellAgain(tx, reservationStream(id), 'INVENTORY_RELEASED', QUEUES.orders);
    });
    crashPoint('reserve:compensate:after-commit');
  });
}
