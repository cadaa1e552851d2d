import type { z } from 'zod';
import { ReleaseAnswer, ReserveAnswer } from '../../inventory/api.ts';
import type { PeerOutcome } from '../../kit/peer/outcome.ts';
import type { Peer } from '../../kit/peer/peer.ts';
import { ChargeAnswer, RefundChargeAnswer } from '../../payments/api.ts';
import { CancelShipmentAnswer, ShipAnswer } from '../../shipping/api.ts';
import type { StepName } from './decide.ts';
import type { SagaInput } from './port.ts';

/** What the steps need of an order. */
export type StepInput = SagaInput & { orderId: string };

export interface Step {
  peer: Peer;
  action(input: StepInput, key: string): Promise<PeerOutcome<unknown>>;
  /** Undoes whatever the action with `actionKey` did, or refuses it for good if it never came. */
  compensate(input: StepInput, key: string, actionKey: string): Promise<PeerOutcome<unknown>>;
}

export interface StepPeers {
  inventory: Peer;
  payments: Peer;
  shipping: Peer;
}

/** The journal repeats, so a call is sent once: each attempt has its own row. */
const once = <Body extends z.ZodType>(idempotencyKey: string, answer: Body) => ({
  idempotencyKey,
  answer,
  attempts: 1,
});

export function createOrderSteps({ inventory, payments, shipping }: StepPeers): Record<StepName, Step> {
  return {
    reserve: {
      peer: inventory,
      action: ({ orderId, sku, quantity }, key) =>
        inventory.post('/reservations', { orderId, sku, quantity }, once(key, ReserveAnswer)),
      compensate: ({ orderId }, key, reservation) =>
        inventory.post('/reservations/release', { reservation, orderId }, once(key, ReleaseAnswer)),
    },
    charge: {
      peer: payments,
      action: ({ orderId, amount, cardToken }, key) =>
        payments.post('/charges', { orderId, amount, cardToken }, once(key, ChargeAnswer)),
      compensate: ({ orderId }, key, charge) =>
        payments.post('/refunds', { charge, orderId }, once(key, RefundChargeAnswer)),
    },
    ship: {
      peer: shipping,
      action: ({ orderId, address }, key) =>
        shipping.post('/shipments', { orderId, address }, once(key, ShipAnswer)),
      compensate: ({ orderId }, key, shipment) =>
        shipping.post('/shipments/cancel', { shipment, orderId }, once(key, CancelShipmentAnswer)),
    },
  };
}

/** `<sagaId>:<step>:<action|compensate>`: the same over all attempts, so an attempt is never a second effect. */
export function stepKey(sagaId: string, step: StepName, kind: 'action' | 'compensate'): string {
  return `${sagaId}:${step}:${kind}`;
}
