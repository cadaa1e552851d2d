import { addCommand } from '../kit/command.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { service } from '../kit/service.ts';
import { ReleaseAnswer, ReleaseRequest, ReserveAnswer, ReserveRequest, StockAnswer } from './api.ts';
import { release, reserve, STOCK_SCHEMA } from './stock.ts';

interface StockRow {
  sku: string;
  available: string;
  reserved: string;
  seeded: string;
}

await service({
  name: 'inventory',
  routes: (kit) => {
    const { app } = kit;
    const db = kit.database(`${IDEMPOTENCY_SCHEMA}; ${STOCK_SCHEMA}`);

    addCommand(app, db, {
      path: '/reservations',
      summary: 'Reserve goods',
      permission: 'inventory:reserve',
      body: ReserveRequest,
      answer: ReserveAnswer,
      work: async (input, { key }) => {
        await reserve(db, key, input);
        return { reservation: key, sku: input.sku, quantity: input.quantity };
      },
    });

    addCommand(app, db, {
      path: '/reservations/release',
      summary: 'Give reserved goods back',
      permission: 'inventory:reserve',
      body: ReleaseRequest,
      answer: ReleaseAnswer,
      work: async (input) => ({ reservation: input.reservation, outcome: await release(db, input) }),
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
  },
});
