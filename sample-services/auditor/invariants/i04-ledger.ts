import { aboutOrder, byOrder, type Finding, type Invariant, idsOf, type Scope } from './invariant.ts';

async function ofOrders({ snapshots, orders }: Scope): Promise<Finding[]> {
  const rows = await snapshots.rows<{ order_id: string; sum: string }>(
    'payments',
    'select order_id, sum(amount) as sum from ledger where order_id = any($1) group by order_id having sum(amount) <> 0',
    [idsOf(orders)],
  );
  const off = byOrder(rows);
  return orders.flatMap((order) => {
    const row = off.get(order.orderId);
    if (!row) return [];
    return [
      aboutOrder(order, {
        expected: 'entries that sum to 0',
        found: `a sum of ${row.sum}`,
        weight: 'certain',
      }),
    ];
  });
}

async function total({ snapshots }: Scope): Promise<Finding[]> {
  const [row] = await snapshots.rows<{ sum: string }>(
    'payments',
    'select coalesce(sum(amount), 0) as sum from ledger',
  );
  if (Number(row?.sum ?? 0) === 0) return [];
  return [
    {
      ...{ key: 'total', orderId: null, sagaId: null, weight: 'certain', scope: 'everything' },
      ...{ expected: 'a ledger that sums to 0', found: `a sum of ${row?.sum}` },
    },
  ];
}

/** Necessary, not sufficient: a ledger can balance and be wrong; I5 compares it with the provider. */
export const ledger: Invariant = {
  id: 'I4',
  title: 'The ledger sums to zero, in all and for each order',
  needs: ['orders', 'payments'],
  check: async (scope) => [...(await ofOrders(scope)), ...(scope.everything ? await total(scope) : [])],
};
