import { addEventFeed } from '../events/feed.ts';
import { QUEUES } from '../events/queues.ts';
import { required } from '../kit/env.ts';
import { OLD_MARKS } from '../kit/inbox.ts';
import { Seal } from '../kit/sealed.ts';
import { service } from '../kit/service.ts';
import { Choreography } from './choreography/choreography.ts';
import { registerSagaControls } from './controls.ts';
import { retell } from './retell.ts';
import { addOrderRoutes, offerOrderHistory } from './routes.ts';
import { openSagaEngine } from './saga/open.ts';
import { parsePolicy } from './saga/policy.ts';
import { addSagaRoutes } from './saga/routes.ts';
import { Sagas } from './sagas.ts';
import { ORDERS_SCHEMA } from './schema.ts';
import { Settled } from './settled.ts';

await service({
  name: 'orders',
  protections: [
    'outbox',
    'inbox',
    'fencing',
    'journal-resume',
    'register-before',
    'idempotency-keys',
    'hardened-saga',
  ],
  routes: async (kit) => {
    const bornAt = Date.now();
    const db = kit.database(ORDERS_SCHEMA, 12);
    const broker = kit.broker();
    // Before the engines: what is opened first ends last, and carries their last messages.
    kit.relay(db, broker, Object.values(QUEUES));
    kit.forget(db, [OLD_MARKS]);
    void db
      .whenReady()
      .then(() => retell(db, bornAt))
      .catch((err: unknown) => kit.log.warn({ err }, 'the last saga events were not said again'));
    const { deadlineMs, stuckAfterMs } = parsePolicy(kit.env.SAGA_POLICY);
    const choreography = new Choreography({
      ...{ db, broker, log: kit.log, seal: new Seal(required(kit.env, 'SHOP_SEAL_SECRET')) },
      ...{ deadlineMs, stuckAfterMs },
      onSettled: (sagaId) => settled.tell(sagaId),
    });
    const engine = new Sagas(db, await openSagaEngine(kit, db), choreography);
    const settled = new Settled(engine);
    kit.onStop(async () => {
      settled.close();
      await engine.close();
    });
    kit.onStop(registerSagaControls(engine));
    kit.onStop(offerOrderHistory(db));
    addOrderRoutes(kit, { db, engine, settled });
    addSagaRoutes(kit.app, engine);
    addEventFeed(kit.app, db, 'orders:read');
  },
});
