import { assertNever } from '@stormglass/agents/contract';
import type { EventHandlers, Heard } from '../events/listen.ts';
import { QUEUES } from '../events/queues.ts';
import { type Subject, tellAgain } from '../events/record.ts';
import type { ShopEventOf } from '../events/shop-event.ts';
import { actionKey, inStep } from '../events/steps.ts';
import { crashPoint } from '../kit/crash.ts';
import type { Database, Tx } from '../kit/database.ts';
import { demandOk } from '../kit/peer/demand.ts';
import { oweUndo, undoCarrier, waiveUndo } from '../kit/undoing.ts';
import {
  beginRefund,
  type Charge,
  openCharge,
  readSubject,
  settleCaptured,
  settleDeclined,
  settleRefund,
} from './charges.ts';
import { paymentStream, recordPayment } from './payment.ts';
import type { Provider } from './provider.ts';

/**
 * payments' part of a choreographed saga: charges when goods are reserved; refunds when the shipment failed and when the
 * order was cancelled. A refund is committed as a debt and paid by `undoCharge`, however long the provider is away.
 */
export function paymentsHandlers(db: Database, provider: Provider): EventHandlers {
  return {
    INVENTORY_RESERVED: (event, heard) =>
      inStep(event, 'charge', 'action', heard.attempt, () => chargeFor(db, provider, event, heard)),
    SHIPMENT_FAILED: (event, heard) => refundOf(event, heard),
    ORDER_CANCELLED: (event, heard) => refundOf(event, heard, event.data.waived === 'charge'),
  };
}

async function chargeFor(
  db: Database,
  provider: Provider,
  event: ShopEventOf<'INVENTORY_RESERVED'>,
  heard: Heard,
): Promise<void> {
  const { order } = event.data;
  if (!order) throw new Error(`${event.id} does not say what is to be paid`);
  const { orderId, sagaId, mode } = event;
  const id = actionKey(sagaId, 'charge');
  const charge: Charge = { id, orderId, sagaId, mode, amount: order.amount };
  // Refunded before it came: it is too late, and nobody waits for an answer.
  if (!(await openCharge(db, charge))) return;
  crashPoint('charge:after-intent');
  const outcome = await provider.capture(charge, order.sealedCard);
  crashPoint('charge:after-call');
  if (outcome.kind === 'ok') {
    const { captured } = outcome.body;
    await heard.once((tx) => settleCaptured(tx, { id, captured }, { address: order.address }));
  } else if (outcome.kind === 'rejected') {
    await heard.once((tx) => settleDeclined(tx, id, outcome.message));
  } else if (heard.isLast) {
    await heard.once((tx) => giveUp(tx, charge, `the charge got no clear answer: ${outcome.message}`));
  } else {
    // Comes again after the queue's backoff, under the same id.
    demandOk(outcome, provider.name);
  }
  crashPoint('charge:after-commit');
}

/** Whether money moved is not known: it is undone first, and the failure told with that. */
async function giveUp(tx: Tx, charge: Charge, reason: string): Promise<void> {
  await tx.query(
    `update charge set status = 'refunding', fail_cause = 'exhausted', fail_reason = $2, undo_due_at = now(),
       undo_carrier = $3 where id = $1 and status = 'pending'`,
    [charge.id, reason.slice(0, 300), undoCarrier()],
  );
}

function refundOf(subject: Subject, heard: Heard, waived = false): Promise<void> {
  const id = actionKey(subject.sagaId, 'charge');
  return inStep(subject, 'charge', 'compensate', heard.attempt, async () => {
    await heard.once((tx) => beginDebt(tx, id, subject, { isRepeated: heard.isRepeated, waived }));
    crashPoint('charge:compensate:after-intent');
  });
}

async function beginDebt(
  tx: Tx,
  id: string,
  subject: Subject,
  { isRepeated, waived }: { isRepeated: boolean; waived: boolean },
): Promise<void> {
  const refunding = await beginRefund(tx, id, subject);
  const voided = { outcome: 'voided', refunded: 0 } as const;
  switch (refunding) {
    case 'open':
      return waived ? waiveUndo(tx, 'charge', id) : oweUndo(tx, 'charge', id);
    case 'unseen':
      // The row comes before any call: nothing can lie at the provider.
      return settleRefund(tx, id, voided);
    case 'forgotten':
      if (isRepeated) return tellAgain(tx, paymentStream(id), 'PAYMENT_REFUNDED', QUEUES.orders);
      return recordPayment(tx, id, subject, [{ type: 'PAYMENT_REFUNDED', data: voided }]);
    case 'done':
      if (isRepeated) await tellAgain(tx, paymentStream(id), 'PAYMENT_REFUNDED', QUEUES.orders);
      return;
    default:
      return assertNever(refunding);
  }
}

/** Pays back what is owed for one charge; throws to be asked again. */
export async function undoCharge(
  db: Database,
  provider: Provider,
  id: string,
  attempt: number,
): Promise<void> {
  const subject = await readSubject(db, id);
  await inStep(subject, 'charge', 'compensate', attempt, async () => {
    const answer = await provider.refund(id, subject);
    crashPoint('charge:compensate:after-call');
    await db.transaction((tx) => settleRefund(tx, id, answer));
    crashPoint('charge:compensate:after-commit');
  });
}
