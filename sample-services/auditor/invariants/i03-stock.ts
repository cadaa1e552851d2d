import { delivered } from '../book/facts.ts';
import { aboutOrder, byOrder, type Finding, type Invariant, idsOf, type Scope } from './invariant.ts';

interface StockRow {
  sku: string;
  seeded: string;
  available: string;
  reserved: string;
}

const ofStock = (sku: string, scope: Finding['scope'], expected: string, found: string): Finding => ({
  ...{ key: `${sku}/${scope}`, orderId: null, sagaId: null, expected, found },
  ...{ weight: 'certain', scope },
});

/** Forty rows: looked at in every sweep. */
async function shelves({ snapshots }: Scope): Promise<Finding[]> {
  const rows = await snapshots.rows<StockRow>(
    'inventory',
    `select sku, seeded, available, reserved from stock
     where available < 0 or reserved < 0 or available + reserved <> seeded`,
  );
  return rows.map((row) =>
    ofStock(
      row.sku,
      'sweep',
      `${row.sku}: ${row.seeded} pieces in all, none below zero`,
      `${row.available} available, ${row.reserved} reserved`,
    ),
  );
}

/** What is reserved in the stock, and what the reservations say. */
async function totals({ snapshots }: Scope): Promise<Finding[]> {
  const rows = await snapshots.rows<{ sku: string; reserved: string; held: string }>(
    'inventory',
    `select s.sku, s.reserved, coalesce(r.held, 0) as held from stock s
     left join (select sku, sum(quantity) as held from reservation where status = 'reserved' group by sku) r using (sku)
     where s.reserved <> coalesce(r.held, 0)`,
  );
  return rows.map((row) =>
    ofStock(
      row.sku,
      'everything',
      `${row.sku}: ${row.held} pieces in reservations`,
      `${row.reserved} in stock`,
    ),
  );
}

async function ofOrders({ snapshots, settled }: Scope): Promise<Finding[]> {
  const rows = await snapshots.rows<{ order_id: string; held: string }>(
    'inventory',
    `select order_id, sum(quantity) as held from reservation
     where status = 'reserved' and order_id = any($1) group by order_id`,
    [idsOf(settled)],
  );
  const held = byOrder(rows);
  return settled.flatMap((order) => {
    const pieces = Number(held.get(order.orderId)?.held ?? 0);
    const right = delivered(order) ? order.quantity : 0;
    if (pieces === right) return [];
    const expected = `${right} pieces held: ${order.returned ? 'returned' : order.end}`;
    return [aboutOrder(order, { expected, found: `${pieces} pieces held` })];
  });
}

export const stock: Invariant = {
  id: 'I3',
  title: 'No piece of stock is lost, made up or sold twice',
  needs: ['orders', 'inventory'],
  check: async (scope) => [
    ...(await shelves(scope)),
    ...(scope.everything ? await totals(scope) : []),
    ...(await ofOrders(scope)),
  ],
};
