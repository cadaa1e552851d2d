import { z } from 'zod';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { PastQuery, pastOf } from '../kit/event-store/past.ts';
import type { App } from '../kit/http/route.ts';
import { LedgerAnswer, LedgerQuery, PaymentEventsAnswer, PaymentView } from './api.ts';
import { readPayment, readPaymentEvents } from './payment.ts';

const ById = z.object({ id: z.string() });

/** What can be seen of payments and of the ledger. */
export function addPaymentRoutes(app: App, db: Database): void {
  const one = {
    schema: {
      summary: 'One payment, as it is or as it was',
      params: ById,
      querystring: PastQuery,
      response: { 200: PaymentView },
    },
    config: { permission: 'payments:read' },
  } as const;
  app.get('/payments/:id', one, async ({ params: { id }, query }) => {
    const payment = await readPayment(db, id, pastOf(query));
    if (payment) return payment;
    throw new ShopError('not_found', `there is no payment ${id}`, 'Check the id.');
  });

  const events = {
    schema: { summary: 'What happened to a payment', params: ById, response: { 200: PaymentEventsAnswer } },
    config: { permission: 'payments:read' },
  } as const;
  app.get('/payments/:id/events', events, async ({ params: { id } }) => {
    const found = await readPaymentEvents(db, id);
    if (found.length > 0) return { events: found };
    throw new ShopError('not_found', `there is no payment ${id}`, 'Check the id.');
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
