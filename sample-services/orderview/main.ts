import { CONTROL } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { QUEUES } from '../events/queues.ts';
import { OLD_MARKS } from '../kit/inbox.ts';
import { service } from '../kit/service.ts';
import { Lag } from './projection/lag.ts';
import { Projector } from './projection/projector.ts';
import { Rebuilder } from './projection/rebuild.ts';
import { addProjection, addQueries } from './routes.ts';
import { ORDERVIEW_SCHEMA } from './schema.ts';

/** Events applied at once; those of one order wait for each other. */
const CONCURRENCY = 6;

/** Whose event stores the read models are rebuilt from. */
const OWNERS = ['orders', 'payments', 'shipping', 'notifications'] as const;

await service({
  name: 'orderview',
  protections: ['inbox', 'fencing'],
  routes: (kit) => {
    const { app, log } = kit;
    const db = kit.database(ORDERVIEW_SCHEMA);
    const broker = kit.broker();
    kit.forget(db, [OLD_MARKS]);
    const sources = OWNERS.map((name) => kit.peer(name));
    const lag = new Lag();
    const rebuilder = new Rebuilder({
      db,
      sources,
      log,
      instance: kit.instanceIsStable ? kit.instance : null,
    });
    kit.onStop(() => rebuilder.stop());
    const projector = new Projector({ db, lag });
    const consuming = db.whenReady().then(() =>
      broker.consume(QUEUES.orderview, (delivery) => projector.handle(delivery), {
        concurrency: CONCURRENCY,
        onDead: ({ id, error }) => log.warn({ message: id, error }, 'event given up'),
      }),
    );
    consuming.then(
      () => log.info({ queue: QUEUES.orderview.name }, 'consuming'),
      (err) => log.error({ err }, 'cannot consume'),
    );
    kit.onStop(
      registerControl({
        name: 'projection.rebuild',
        title: 'Rebuild the read models',
        input: CONTROL['projection.rebuild'].input,
        run: async () => ({ generation: await rebuilder.begin() }),
      }),
    );
    addQueries(app, db);
    addProjection(app, db, rebuilder, lag);
  },
});
