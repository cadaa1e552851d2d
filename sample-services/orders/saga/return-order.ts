import { z } from 'zod';
import { SagaMode } from '../../events/shop-event.ts';
import { ReleaseAnswer } from '../../inventory/api.ts';
import { RefundChargeAnswer } from '../../payments/api.ts';
import { ReturnAnswer } from '../../shipping/api.ts';
import { returnOrder } from '../order/order.ts';
import type { StepPeers } from './create-order.ts';
import { defineSaga, once, type Reversal, type SagaDefinition, stepKey } from './definition.ts';
import type { Delivered } from './port.ts';

export const RETURN_ORDER = 'return-order';

const ReturnOrderInput = z.object({
  orderId: z.string(),
  mode: SagaMode,
  userId: z.string(),
  /** What was paid, cents. */
  amount: z.number().int(),
  /** The saga whose charge is refunded and whose reservation goes back to the shelf. */
  orderSagaId: z.string(),
  address: z.string(),
});
type ReturnOrderInput = z.output<typeof ReturnOrderInput>;

/** The return of a confirmed order. Its id follows from the order's: however often it is asked for, it is one. */
export function reversalOf({ sagaId: orderSagaId, ...order }: Delivered): Reversal {
  const { orderId, mode, userId, amount, address } = order;
  const input: ReturnOrderInput = { orderId, mode, userId, amount, orderSagaId, address };
  return { type: RETURN_ORDER, sagaId: `return-${orderId}`, input };
}

/** Collect the parcel, refund, restock. There is no way back from it: every step is repeated until it is done. */
export function returnOrderSaga({ inventory, payments, shipping }: StepPeers): SagaDefinition {
  return defineSaga({
    type: RETURN_ORDER,
    completes: 'returned',
    closing: [{ step: 'notify', detail: 'message is in the outbox' }],
    input: ReturnOrderInput,
    steps: [
      {
        name: 'collect',
        kind: 'retriable',
        peer: shipping,
        action: ({ orderId, address }, key) =>
          shipping.post('/returns', { orderId, address }, once(key, ReturnAnswer)),
      },
      {
        name: 'refund',
        kind: 'retriable',
        peer: payments,
        action: ({ orderId, orderSagaId }, key) => {
          const charge = stepKey(orderSagaId, 'charge', 'action');
          return payments.post('/refunds', { charge, orderId }, once(key, RefundChargeAnswer));
        },
      },
      {
        name: 'restock',
        kind: 'retriable',
        peer: inventory,
        action: ({ orderId, orderSagaId }, key) => {
          const reservation = stepKey(orderSagaId, 'reserve', 'action');
          return inventory.post('/reservations/release', { reservation, orderId }, once(key, ReleaseAnswer));
        },
      },
    ],
    commitEnd: async (tx, { orderId, amount }) => {
      if (await returnOrder(tx, orderId, amount)) return;
      throw new Error(`order ${orderId} is not confirmed: there is nothing to return`);
    },
  });
}
