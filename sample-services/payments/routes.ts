import { addHistory } from '../events/history.ts';
import type { Database } from '../kit/database.ts';
import type { App } from '../kit/http/route.ts';
import { LedgerAnswer, LedgerQuery, PaymentView } from './api.ts';
import { readPayment, readPaymentEvents } from './payment.ts';

/** What can be seen of payments and of the ledger. */
export function addPaymentRoutes(app: App, db: Database): void {
  addHistory(app, {
    ...{ path: '/payments', what: 'payment', permission: 'payments:read', view: PaymentView },
    read: (id, until) => readPayment(db, id, until),
    events: (id) => readPaymentEvents(db, id),
  });
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
