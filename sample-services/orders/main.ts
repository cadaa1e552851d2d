import { addEventFeed } from '../events/feed.ts';
import { QUEUES } from '../events/queues.ts';
import { service } from '../kit/service.ts';
import { registerSagaControls } from './controls.ts';
import { addOrderRoutes } from './routes.ts';
import { openSagaEngine } from './saga/open.ts';
import { addSagaRoutes } from './saga/routes.ts';
import { ORDERS_SCHEMA } from './schema.ts';
import { Settled } from './settled.ts';

await service({
  name: 'orders',
  protections: [
    'outbox',
    'fencing',
    'journal-resume',
    'register-before',
    'idempotency-keys',
    'hardened-saga',
  ],
  routes: async (kit) => {
    const db = kit.database(ORDERS_SCHEMA, 12);
    const broker = kit.broker();
    const engine = await openSagaEngine(kit, db);
    const settled = new Settled(engine);
    kit.relay(db, broker, Object.values(QUEUES));
    kit.onStop(async () => {
      settled.close();
      await engine.close();
    });
    kit.onStop(registerSagaControls(engine));
    addOrderRoutes(kit, { db, engine, settled });
    addSagaRoutes(kit.app, engine);
    addEventFeed(kit.app, db, 'orders:read');
  },
});
