import { z } from 'zod';
import { sagaIdOf } from '../events/steps.ts';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { protects } from '../kit/protections.ts';
import type { LabelCancelAnswer } from '../outside-world/api.ts';
import type { CancelShipmentRequest, ShipRequest } from './api.ts';
import { buyLabel, cancelLabel } from './carrier.ts';
import { beginCancel, openShipment, settleCancelled, settleCreated, settleRefused } from './shipments.ts';

/** All that is wanted of the answer is that there is one. */
const AnyOrder = z.looseObject({ orderId: z.string() });

/**
 * What nobody should do: orders waits for us, and we for orders. Done only while `one-way-calls` is taken away; `null` when
 * there is no way to orders.
 */
async function callBack(orders: () => Peer | null, orderId: string): Promise<void> {
  if (protects('one-way-calls')) return;
  const peer = orders();
  if (peer) demandOk(await peer.get(`/orders/${orderId}`, { answer: AnyOrder }), peer.name);
}

/** Buys a label from the carrier for an orchestrator, once for each id. Gives its tracking number. */
export async function commandShip(
  { db, carrier, orders }: { db: Database; carrier: Peer; orders: () => Peer | null },
  id: string,
  { orderId, address }: z.output<typeof ShipRequest>,
): Promise<string> {
  await callBack(orders, orderId);
  const subject = { orderId, sagaId: sagaIdOf(id), mode: 'orchestrated' } as const;
  if (!(await openShipment(db, id, subject))) {
    throw new ShopError(
      'already_compensated',
      `shipment ${id} was cancelled before it came`,
      'Start a new order; this one was given up.',
    );
  }
  const outcome = await buyLabel(carrier, id, { orderId, address });
  if (outcome.kind === 'rejected' && outcome.code === 'undeliverable_address') {
    await db.transaction((tx) => settleRefused(tx, id, outcome.message));
  }
  const { tracking } = demandOk(outcome, carrier.name);
  await db.transaction((tx) => settleCreated(tx, id, tracking));
  return tracking;
}

/** Cancels the label, or refuses the shipment for good if it never came. Repeatable. */
export async function commandCancel(
  db: Database,
  carrier: Peer,
  { shipment, orderId }: z.output<typeof CancelShipmentRequest>,
): Promise<z.output<typeof LabelCancelAnswer>['outcome']> {
  const subject = { orderId, sagaId: sagaIdOf(shipment), mode: 'orchestrated' } as const;
  if ((await beginCancel(db, shipment, subject)) === 'forgotten') return 'voided';
  // Asked for in any other case: a call of ours may still be on its way, and a repetition wants the answer once more.
  const outcome = await cancelLabel(carrier, shipment, subject);
  await db.transaction((tx) => settleCancelled(tx, shipment, outcome));
  return outcome;
}
