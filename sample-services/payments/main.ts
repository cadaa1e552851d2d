import { addEventFeed } from '../events/feed.ts';
import { listen } from '../events/listen.ts';
import { QUEUES } from '../events/queues.ts';
import { addCommand } from '../kit/command.ts';
import { required } from '../kit/env.ts';
import { OLD_KEYS } from '../kit/idempotency.ts';
import { OLD_MARKS } from '../kit/inbox.ts';
import { Seal } from '../kit/sealed.ts';
import { service } from '../kit/service.ts';
import { startUndoing } from '../kit/undoing.ts';
import { ChargeAnswer, ChargeRequest, RefundChargeAnswer, RefundChargeRequest } from './api.ts';
import { paymentsHandlers, undoCharge } from './choreography.ts';
import { commandCharge, commandRefund } from './commands.ts';
import { Provider } from './provider.ts';
import { addPaymentRoutes, offerPaymentHistory } from './routes.ts';
import { PAYMENTS_SCHEMA } from './schema.ts';

await service({
  name: 'payments',
  protections: ['idempotency-keys', 'outbox', 'inbox', 'fencing', 'tombstones'],
  routes: (kit) => {
    const { app, log, random } = kit;
    const db = kit.database(PAYMENTS_SCHEMA);
    const broker = kit.broker();
    kit.relay(db, broker, Object.values(QUEUES));
    kit.forget(db, [OLD_KEYS, OLD_MARKS]);
    const seal = new Seal(required(kit.env, 'SHOP_SEAL_SECRET'));
    const provider = new Provider(kit.peer('outside-world'), seal);
    const undoing = startUndoing({
      ...{ db, log, random, table: 'charge' },
      undo: (id, attempt) => undoCharge(db, provider, id, attempt),
    });
    kit.onStop(() => undoing.stop());
    kit.onStop(offerPaymentHistory(db));
    listen({ db, broker, log, queue: QUEUES.payments, handlers: paymentsHandlers(db, provider) });

    addCommand(app, db, {
      path: '/charges',
      summary: 'Charge a card',
      permission: 'payments:charge',
      body: ChargeRequest,
      answer: ChargeAnswer,
      work: async (input, { key }) => ({
        charge: key,
        captured: await commandCharge(db, provider, key, input),
      }),
    });

    addCommand(app, db, {
      path: '/refunds',
      summary: 'Give the money of a charge back, or void one that never came',
      permission: 'payments:charge',
      body: RefundChargeRequest,
      answer: RefundChargeAnswer,
      work: async (input) => {
        const { outcome, refunded } = await commandRefund(db, provider, input);
        return { charge: input.charge, outcome, refunded };
      },
    });

    addPaymentRoutes(app, db);
    addEventFeed(app, db, 'payments:read');
  },
});
