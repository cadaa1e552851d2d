import { recordEvents, type ShopEventDraft, type Subject, toShopEvent } from '../events/record.ts';
import type { ShopEvent } from '../events/shop-event.ts';
import type { Sql, Tx } from '../kit/database.ts';
import type { StoredEvent } from '../kit/event-store/event.ts';
import { type Fold, keepSnapshot, readFolded, readStream, type Until } from '../kit/event-store/fold.ts';
import { PaymentView } from './api.ts';

export const paymentStream = (charge: string): string => `payment:${charge}`;

/** null before the first event. */
const PAYMENT_FOLD: Fold<PaymentView | null> = {
  name: 'payment/1',
  empty: null,
  snapshotEvery: 20,
  restore: (json) => PaymentView.nullable().parse(json),
  apply,
};

function apply(state: PaymentView | null, stored: StoredEvent): PaymentView {
  const event = toShopEvent(stored);
  const { orderId, sagaId, mode, version, at } = event;
  const payment = stored.stream.slice(paymentStream('').length);
  const before = state ?? { captured: 0, refunded: 0, reason: '' };
  const known = { ...before, payment, orderId, sagaId, mode, version, changedAt: at };
  switch (event.type) {
    case 'PAYMENT_COMPLETED':
      return { ...known, status: 'captured', captured: event.data.captured };
    case 'PAYMENT_FAILED':
      return { ...known, status: 'failed', reason: event.data.reason };
    case 'PAYMENT_REFUNDED': {
      const { outcome, refunded } = event.data;
      // What was refunded was captured, though the provider's answer to the charge may never have reached us.
      return { ...known, status: outcome, captured: Math.max(known.captured, refunded), refunded };
    }
    default:
      throw new Error(`${event.type} is no event of a payment`);
  }
}

/** The payment as it is, or as it was; null when nothing has become of it (yet). */
export async function readPayment(sql: Sql, charge: string, until?: Until): Promise<PaymentView | null> {
  return (await readFolded(sql, PAYMENT_FOLD, paymentStream(charge), until)).state;
}

export async function readPaymentEvents(sql: Sql, charge: string): Promise<ShopEvent[]> {
  return (await readStream(sql, paymentStream(charge))).map(toShopEvent);
}

/** For the transaction that has the lock of the charge's row. */
export async function recordPayment(
  tx: Tx,
  charge: string,
  subject: Subject,
  drafts: readonly ShopEventDraft[],
): Promise<void> {
  const stream = paymentStream(charge);
  const recorded = await recordEvents(tx, { stream, expected: 'any' }, subject, drafts);
  const to = recorded.at(-1)?.version ?? 0;
  await keepSnapshot(tx, PAYMENT_FOLD, stream, { from: to - recorded.length, to });
}
