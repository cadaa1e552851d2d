import { z } from 'zod';
import { SagaMode } from '../../events/shop-event.ts';
import { ReleaseAnswer, ReserveAnswer } from '../../inventory/api.ts';
import type { Peer } from '../../kit/peer/peer.ts';
import { ChargeAnswer, RefundChargeAnswer } from '../../payments/api.ts';
import { CancelShipmentAnswer, ShipAnswer } from '../../shipping/api.ts';
import { type OrderEnd, settleOrder } from '../order/order.ts';
import { defineSaga, once, type SagaDefinition, type SagaEnding } from './definition.ts';
import { reversalOf } from './return-order.ts';

export const CREATE_ORDER = 'create-order';

/** What the steps need of an order, as it lies in the database: the card's token is sealed. */
export const CreateOrderInput = z.object({
  orderId: z.string(),
  mode: SagaMode,
  userId: z.string(),
  sku: z.string(),
  quantity: z.number().int(),
  amount: z.number().int(),
  sealedCard: z.string(),
  address: z.string(),
});
export type CreateOrderInput = z.output<typeof CreateOrderInput>;

export interface StepPeers {
  inventory: Peer;
  payments: Peer;
  shipping: Peer;
}

/** create (PENDING), reserve, charge, ship (pivot); confirm and notify are one commit with its end. */
export function createOrderSaga({ inventory, payments, shipping }: StepPeers): SagaDefinition {
  return defineSaga({
    type: CREATE_ORDER,
    completes: 'confirmed',
    closing: [
      { step: 'confirm', detail: 'order is confirmed' },
      { step: 'notify', detail: 'message is in the outbox' },
    ],
    input: CreateOrderInput,
    steps: [
      {
        name: 'reserve',
        kind: 'compensatable',
        peer: inventory,
        action: ({ orderId, sku, quantity }, key) =>
          inventory.post('/reservations', { orderId, sku, quantity }, once(key, ReserveAnswer)),
        compensate: ({ orderId }, key, reservation) =>
          inventory.post('/reservations/release', { reservation, orderId }, once(key, ReleaseAnswer)),
      },
      {
        name: 'charge',
        kind: 'compensatable',
        peer: payments,
        action: ({ orderId, amount, sealedCard }, key) =>
          payments.post('/charges', { orderId, amount, sealedCard }, once(key, ChargeAnswer)),
        compensate: ({ orderId }, key, charge) =>
          payments.post('/refunds', { charge, orderId }, once(key, RefundChargeAnswer)),
      },
      {
        name: 'ship',
        kind: 'pivot',
        peer: shipping,
        action: ({ orderId, address }, key) =>
          shipping.post('/shipments', { orderId, address }, once(key, ShipAnswer)),
        compensate: ({ orderId }, key, shipment) =>
          shipping.post('/shipments/cancel', { shipment, orderId }, once(key, CancelShipmentAnswer)),
      },
    ],
    commitEnd: async (tx, { orderId }, ending) => {
      if (await settleOrder(tx, orderId, orderEnd(ending))) return;
      throw new Error(`order ${orderId} is not pending: a terminal state never changes`);
    },
    reversal: (order, sagaId) => reversalOf({ ...order, sagaId }),
  });
}

function orderEnd({ outcome, cause, reason }: SagaEnding): OrderEnd {
  if (outcome === 'confirmed') return { status: 'CONFIRMED' };
  return { status: 'CANCELLED', cause: cause ?? 'exhausted', reason };
}
