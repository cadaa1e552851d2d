import { aboutOrder, byOrder, type Invariant, idsOf } from './invariant.ts';

/** Each capture has a reference of its own: two of them are two commands which nobody knew to be one. */
export const oneCapture: Invariant = {
  id: 'I2',
  title: 'The provider captures an order at most once',
  needs: ['orders', 'outside-world'],
  check: async ({ snapshots, orders }) => {
    const rows = await snapshots.rows<{ order_id: string; captures: number; refs: string }>(
      'outside-world',
      `select order_id, count(*)::int as captures, string_agg(reference, ', ' order by seq) as refs
       from provider_statement where kind = 'capture' and order_id = any($1)
       group by order_id having count(*) > 1`,
      [idsOf(orders)],
    );
    const twice = byOrder(rows);
    return orders.flatMap((order) => {
      const row = twice.get(order.orderId);
      if (!row) return [];
      const found = `${row.captures} captures: ${row.refs}`;
      return [aboutOrder(order, { expected: 'at most one capture', found, weight: 'certain' })];
    });
  },
};
