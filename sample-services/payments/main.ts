import { addCommand } from '../kit/command.ts';
import { required } from '../kit/env.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { Seal } from '../kit/sealed.ts';
import { service } from '../kit/service.ts';
import {
  ChargeAnswer,
  ChargeRequest,
  LedgerAnswer,
  LedgerQuery,
  RefundChargeAnswer,
  RefundChargeRequest,
} from './api.ts';
import { CHARGE_SCHEMA, charge, refund } from './charges.ts';

await service({
  name: 'payments',
  routes: (kit) => {
    const { app } = kit;
    const db = kit.database(`${IDEMPOTENCY_SCHEMA}; ${CHARGE_SCHEMA}`);
    const seal = new Seal(required(kit.env, 'SHOP_SEAL_SECRET'));
    const parts = { db, provider: kit.peer('outside-world'), seal };

    addCommand(app, db, {
      path: '/charges',
      summary: 'Charge a card',
      permission: 'payments:charge',
      body: ChargeRequest,
      answer: ChargeAnswer,
      work: async (input, { key }) => ({ charge: key, captured: await charge(parts, key, input) }),
    });

    addCommand(app, db, {
      path: '/refunds',
      summary: 'Give the money of a charge back, or void one that never came',
      permission: 'payments:charge',
      body: RefundChargeRequest,
      answer: RefundChargeAnswer,
      work: async (input) => {
        const { outcome, refunded } = await refund(parts, input);
        return { charge: input.charge, outcome, refunded };
      },
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
  },
});
