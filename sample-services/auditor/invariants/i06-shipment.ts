import { aboutOrder, byOrder, type Invariant, idsOf } from './invariant.ts';

interface Row {
  order_id: string;
  labels: number;
  cancelled: number;
}

/** Judged by the carrier's statement. A parcel that came back was shipped all the same. */
export const shipment: Invariant = {
  id: 'I6',
  title: 'A confirmed order has one parcel, any other none',
  needs: ['orders', 'outside-world'],
  check: async ({ snapshots, orders, settled }) => {
    const rows = await snapshots.rows<Row>(
      'outside-world',
      `select order_id, count(*) filter (where kind = 'label')::int as labels,
         count(*) filter (where kind = 'cancel')::int as cancelled
       from carrier_statement where order_id = any($1) group by order_id`,
      [idsOf(orders)],
    );
    const carrier = byOrder(rows);
    const parcelsOf = (orderId: string) => {
      const row = carrier.get(orderId);
      return (row?.labels ?? 0) - (row?.cancelled ?? 0);
    };
    const twice = orders
      .filter(({ orderId }) => parcelsOf(orderId) > 1)
      .map((order) =>
        aboutOrder(order, {
          ...{ what: 'twice', expected: 'at most one parcel', weight: 'certain' },
          found: `${parcelsOf(order.orderId)} parcels`,
        }),
      );
    const wrong = settled.flatMap((order) => {
      const right = order.end === 'CONFIRMED' ? 1 : 0;
      const parcels = parcelsOf(order.orderId);
      if (parcels === right) return [];
      return [aboutOrder(order, { expected: `${right} parcels: ${order.end}`, found: `${parcels} parcels` })];
    });
    return [...twice, ...wrong];
  },
};
