import { assertNever } from '@stormglass/agents/contract';
import type { EventHandlers, Heard } from '../events/listen.ts';
import { QUEUES } from '../events/queues.ts';
import { type Subject, tellAgain } from '../events/record.ts';
import type { ShopEventOf } from '../events/shop-event.ts';
import { actionKey, inStep } from '../events/steps.ts';
import { crashPoint } from '../kit/crash.ts';
import type { Database, Tx } from '../kit/database.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { oweUndo, undoCarrier, waiveUndo } from '../kit/undoing.ts';
import { buyLabel, cancelLabel } from './carrier.ts';
import {
  beginCancel,
  openShipment,
  readSubject,
  record,
  settleCancelled,
  settleCreated,
  settleRefused,
  shipmentStream,
} from './shipments.ts';

/**
 * shipping's part of a choreographed saga: ships what is paid; cancels when the order was. A cancellation is committed as
 * a debt and paid by `undoShipment`, however long the carrier is away.
 */
export function shippingHandlers(db: Database, carrier: Peer): EventHandlers {
  return {
    PAYMENT_COMPLETED: (event, heard) =>
      inStep(event, 'ship', 'action', heard.attempt, () => shipFor(db, carrier, event, heard)),
    ORDER_CANCELLED: (event, heard) => cancelOf(event, heard, event.data.waived === 'ship'),
  };
}

async function shipFor(
  db: Database,
  carrier: Peer,
  event: ShopEventOf<'PAYMENT_COMPLETED'>,
  heard: Heard,
): Promise<void> {
  const { order } = event.data;
  if (!order) throw new Error(`${event.id} does not say where to ship`);
  const id = actionKey(event.sagaId, 'ship');
  // Cancelled before it came: it is too late, and nobody waits for an answer.
  if (!(await openShipment(db, id, event))) return;
  crashPoint('ship:after-intent');
  const outcome = await buyLabel(carrier, id, { orderId: event.orderId, address: order.address });
  crashPoint('ship:after-call');
  if (outcome.kind === 'ok') {
    await heard.once((tx) => settleCreated(tx, id, outcome.body.tracking));
  } else if (outcome.kind === 'rejected') {
    await heard.once((tx) => settleRefused(tx, id, outcome.message));
  } else if (heard.isLast) {
    await heard.once((tx) => giveUp(tx, id, `the shipment got no clear answer: ${outcome.message}`));
  } else {
    // Comes again after the queue's backoff, under the same id.
    demandOk(outcome, carrier.name);
  }
  crashPoint('ship:after-commit');
}

/** Whether there is a label is not known: it is cancelled first, and the failure told with that. */
async function giveUp(tx: Tx, id: string, reason: string): Promise<void> {
  await tx.query(
    `update shipment set status = 'cancelling', fail_cause = 'exhausted', fail_reason = $2, undo_due_at = now(),
       undo_carrier = $3 where id = $1 and status = 'pending'`,
    [id, reason.slice(0, 300), undoCarrier()],
  );
}

function cancelOf(subject: Subject, heard: Heard, waived = false): Promise<void> {
  const id = actionKey(subject.sagaId, 'ship');
  return inStep(subject, 'ship', 'compensate', heard.attempt, async () => {
    await heard.once((tx) => beginDebt(tx, id, subject, { isRepeated: heard.isRepeated, waived }));
    crashPoint('ship:compensate:after-intent');
  });
}

async function beginDebt(
  tx: Tx,
  id: string,
  subject: Subject,
  { isRepeated, waived }: { isRepeated: boolean; waived: boolean },
): Promise<void> {
  const cancelling = await beginCancel(tx, id, subject);
  switch (cancelling) {
    case 'open':
      return waived ? waiveUndo(tx, 'shipment', id) : oweUndo(tx, 'shipment', id);
    case 'unseen':
      // The row comes before any call: there can be no label.
      return settleCancelled(tx, id, 'voided');
    case 'forgotten':
      if (isRepeated) return tellAgain(tx, shipmentStream(id), 'SHIPMENT_CANCELLED', QUEUES.orders);
      return record(tx, id, subject, [{ type: 'SHIPMENT_CANCELLED', data: { outcome: 'voided' } }]);
    case 'done':
      if (isRepeated) await tellAgain(tx, shipmentStream(id), 'SHIPMENT_CANCELLED', QUEUES.orders);
      return;
    default:
      return assertNever(cancelling);
  }
}

/** Cancels one label that is owed; throws to be asked again. */
export async function undoShipment(db: Database, carrier: Peer, id: string, attempt: number): Promise<void> {
  const subject = await readSubject(db, id);
  await inStep(subject, 'ship', 'compensate', attempt, async () => {
    const outcome = await cancelLabel(carrier, id, subject);
    crashPoint('ship:compensate:after-call');
    await db.transaction((tx) => settleCancelled(tx, id, outcome));
    crashPoint('ship:compensate:after-commit');
  });
}
