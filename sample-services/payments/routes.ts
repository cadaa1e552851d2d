import { addHistory, type History, offerHistory } from '../events/history.ts';
import type { Database } from '../kit/database.ts';
import type { App } from '../kit/http/route.ts';
import { LedgerAnswer, LedgerQuery, PaymentView } from './api.ts';
import { readPayment, readPaymentEvents } from './payment.ts';

function paymentHistory(db: Database): History<typeof PaymentView> {
  return {
    ...{ path: '/payments', what: 'payment', permission: 'payments:read', view: PaymentView },
    read: (id, until) => readPayment(db, id, until),
    events: (id) => readPaymentEvents(db, id),
  };
}

/** What the payments of an order were after each of their events; gives back what withdraws it. */
export function offerPaymentHistory(db: Database): () => void {
  return offerHistory(paymentHistory(db), async (orderId) => {
    const charges = await db.query<{ id: string }>(
      'select id from charge where order_id = $1 order by id limit 20',
      [orderId],
    );
    return charges.map(({ id }) => id);
  });
}

/** What can be seen of payments and of the ledger. */
export function addPaymentRoutes(app: App, db: Database): void {
  addHistory(app, paymentHistory(db));
  const ledgerRoute = {
    schema: {
      summary: 'Entries of one order, and the sum of all',
      querystring: LedgerQuery,
      response: { 200: LedgerAnswer },
    },
    config: { permission: 'payments:read' },
  } as const;
  app.get('/ledger', ledgerRoute, async (request) => {
    const { orderId } = request.query;
    const entries = await db.query<{ charge: string; kind: string; account: string; amount: number }>(
      'select charge, kind, account, amount::int from ledger where order_id = $1 order by seq',
      [orderId],
    );
    const [total] = await db.query<{ sum: string }>('select coalesce(sum(amount), 0) as sum from ledger');
    return { entries, sum: Number(total?.sum ?? 0) };
  });
}
