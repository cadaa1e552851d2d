import { addEventFeed } from '../events/feed.ts';
import { listen } from '../events/listen.ts';
import { QUEUES } from '../events/queues.ts';
import { addCommand } from '../kit/command.ts';
import { OLD_KEYS } from '../kit/idempotency.ts';
import { OLD_MARKS } from '../kit/inbox.ts';
import { service } from '../kit/service.ts';
import { ReleaseAnswer, ReleaseRequest, ReserveAnswer, ReserveRequest, StockAnswer } from './api.ts';
import { INVENTORY_HANDLERS } from './choreography.ts';
import { commandRelease, commandReserve } from './commands.ts';
import { INVENTORY_SCHEMA } from './schema.ts';

interface StockRow {
  sku: string;
  available: string;
  reserved: string;
  seeded: string;
}

await service({
  name: 'inventory',
  protections: ['idempotency-keys', 'outbox', 'inbox', 'fencing', 'tombstones'],
  routes: (kit) => {
    const { app } = kit;
    const db = kit.database(INVENTORY_SCHEMA);
    const broker = kit.broker();
    kit.relay(db, broker, Object.values(QUEUES));
    kit.forget(db, [OLD_KEYS, OLD_MARKS]);
    listen({ db, broker, log: kit.log, queue: QUEUES.inventory, handlers: INVENTORY_HANDLERS });

    addCommand(app, db, {
      path: '/reservations',
      summary: 'Reserve goods',
      permission: 'inventory:reserve',
      body: ReserveRequest,
      answer: ReserveAnswer,
      work: async (input, { key }) => {
        await commandReserve(db, key, input);
        return { reservation: key, sku: input.sku, quantity: input.quantity };
      },
    });

    addCommand(app, db, {
      path: '/reservations/release',
      summary: 'Give reserved goods back',
      permission: 'inventory:reserve',
      body: ReleaseRequest,
      answer: ReleaseAnswer,
      work: async (input) => ({ reservation: input.reservation, outcome: await commandRelease(db, input) }),
    });

    const stockRoute = {
      schema: { summary: 'Stock of every product', response: { 200: StockAnswer } },
      config: { permission: 'inventory:read' },
    } as const;
    app.get('/stock', stockRoute, async () => {
      const rows = await db.query<StockRow>(
        'select sku, available, reserved, seeded from stock order by sku',
      );
      const stock = rows.map((row) => ({
        sku: row.sku,
        available: Number(row.available),
        reserved: Number(row.reserved),
        seeded: Number(row.seeded),
      }));
      return { stock };
    });
    addEventFeed(app, db, 'inventory:read');
  },
});
