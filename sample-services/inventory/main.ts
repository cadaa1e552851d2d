import { addCommand } from '../kit/command.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { service } from '../kit/service.ts';
import { ReleaseRequest, ReserveRequest } from './api.ts';
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

    addCommand(app, db, '/reservations', ReserveRequest, async (input, { key }) => {
      await reserve(db, key, input);
      return { status: 201, body: { reservation: key, sku: input.sku, quantity: input.quantity } };
    });

    addCommand(app, db, '/reservations/release', ReleaseRequest, async (input) => {
      const outcome = await release(db, input);
      return { status: 201, body: { reservation: input.reservation, outcome } };
    });

    app.get('/stock', async () => {
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
