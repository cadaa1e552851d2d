import { z } from 'zod';
import { addCommand } from '../kit/command.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { service } from '../kit/service.ts';
import { ChargeRequest, RefundChargeRequest } from './api.ts';
import { CHARGE_SCHEMA, charge, refund } from './charges.ts';

const LedgerQuery = z.object({ orderId: z.string() });

await service({
  name: 'payments',
  routes: (kit) => {
    const { app } = kit;
    const db = kit.database(`${IDEMPOTENCY_SCHEMA}; ${CHARGE_SCHEMA}`);
    const provider = kit.peer('outside-world');

    addCommand(app, db, '/charges', ChargeRequest, async (input, { key }) => {
      const captured = await charge(db, provider, key, input);
      return { status: 201, body: { charge: key, captured } };
    });

    addCommand(app, db, '/refunds', RefundChargeRequest, async (input) => {
      const { outcome, refunded } = await refund(db, provider, input);
      return { status: 201, body: { charge: input.charge, outcome, refunded } };
    });

    app.get('/ledger', async (request) => {
      const { orderId } = LedgerQuery.parse(request.query);
      const entries = await db.query<{ charge: string; kind: string; account: string; amount: number }>(
        'select charge, kind, account, amount::int from ledger where order_id = $1 order by seq',
        [orderId],
      );
      const [total] = await db.query<{ sum: string }>('select coalesce(sum(amount), 0) as sum from ledger');
      return { entries, sum: Number(total?.sum ?? 0) };
    });
  },
});
