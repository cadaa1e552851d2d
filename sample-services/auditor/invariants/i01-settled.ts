import { delivered } from '../book/facts.ts';
import { aboutOrder, byOrder, type Invariant, idsOf } from './invariant.ts';

interface Row {
  order_id: string;
  captured: string;
  refunded: string;
}

/** Judged by the provider's statement: what payments believes does not count. */
export const settled: Invariant = {
  id: 'I1',
  title: 'A confirmed order is paid in full; any other has its money back',
  needs: ['orders', 'outside-world'],
  check: async ({ snapshots, settled: orders }) => {
    const rows = await snapshots.rows<Row>(
      'outside-world',
      `select order_id, coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
         coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
       from provider_statement where order_id = any($1) group by order_id`,
      [idsOf(orders)],
    );
    const statement = byOrder(rows);
    return orders.flatMap((order) => {
      const row = statement.get(order.orderId);
      const kept = Number(row?.captured ?? 0) - Number(row?.refunded ?? 0);
      const owed = delivered(order) ? order.amount : 0;
      if (kept === owed) return [];
      const end = order.returned ? 'returned' : String(order.end);
      return [aboutOrder(order, { expected: `${owed} cents kept: ${end}`, found: `${kept} cents kept` })];
    });
  },
};
