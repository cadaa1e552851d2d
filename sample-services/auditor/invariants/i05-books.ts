import type { OrderFacts } from '../book/facts.ts';
import { aboutOrder, byOrder, type Finding, type Invariant, idsOf, type Scope } from './invariant.ts';

interface Money {
  order_id: string;
  captured: string;
  refunded: string;
}
interface Parcels {
  order_id: string;
  parcels: number;
}

const LEDGER = `select order_id, coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
    coalesce(-sum(amount) filter (where kind = 'refund'), 0) as refunded
  from ledger where account = 'provider' and order_id = any($1) group by order_id`;
const PROVIDER = `select order_id, coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
    coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
  from provider_statement where order_id = any($1) group by order_id`;
const SHIPMENTS = `select order_id, count(*)::int as parcels from shipment
  where status = 'created' and order_id = any($1) group by order_id`;
const CARRIER = `select order_id,
    (count(*) filter (where kind = 'label') - count(*) filter (where kind = 'cancel'))::int as parcels
  from carrier_statement where order_id = any($1) group by order_id`;

async function money({ snapshots, settled }: Scope): Promise<Finding[]> {
  const ids = idsOf(settled);
  const [ours, theirs] = await Promise.all([
    snapshots.rows<Money>('payments', LEDGER, [ids]).then(byOrder),
    snapshots.rows<Money>('outside-world', PROVIDER, [ids]).then(byOrder),
  ]);
  const words = (row: Money | undefined) =>
    `${row?.captured ?? 0} cents captured, ${row?.refunded ?? 0} refunded`;
  return differing(settled, 'money', (id) => [words(theirs.get(id)), words(ours.get(id))]);
}

async function parcels({ snapshots, settled }: Scope): Promise<Finding[]> {
  const ids = idsOf(settled);
  const [ours, theirs] = await Promise.all([
    snapshots.rows<Parcels>('shipping', SHIPMENTS, [ids]).then(byOrder),
    snapshots.rows<Parcels>('outside-world', CARRIER, [ids]).then(byOrder),
  ]);
  const words = (row: Parcels | undefined) => `${row?.parcels ?? 0} parcels`;
  return differing(settled, 'parcels', (id) => [words(theirs.get(id)), words(ours.get(id))]);
}

function differing(
  orders: readonly OrderFacts[],
  what: string,
  books: (orderId: string) => [string, string],
): Finding[] {
  return orders.flatMap((order) => {
    const [theirs, ours] = books(order.orderId);
    if (ours === theirs) return [];
    return [
      aboutOrder(order, { what, expected: `as the witness says: ${theirs}`, found: `our books: ${ours}` }),
    ];
  });
}

/** Orders which a witness names and nobody has placed: money or a parcel that belongs to nothing. */
async function foundlings({ snapshots, strangers }: Scope): Promise<Finding[]> {
  if (strangers.length === 0) return [];
  const rows = await snapshots.rows<{ order_id: string }>(
    'outside-world',
    `select order_id from provider_statement where order_id = any($1)
     union select order_id from carrier_statement where order_id = any($1)`,
    [strangers],
  );
  return rows.map((row) => unknown(row.order_id));
}

const unknown = (orderId: string): Finding => ({
  ...{ key: `${orderId}/unknown`, orderId, sagaId: null, weight: 'certain', scope: 'order' },
  ...{ expected: 'an order behind each entry of a witness', found: 'an entry about no order of ours' },
});

export const books: Invariant = {
  id: 'I5',
  title: "Our ledger is the provider's statement, our shipments are the carrier's",
  needs: ['orders', 'payments', 'shipping', 'outside-world'],
  check: async (scope) => [...(await money(scope)), ...(await parcels(scope)), ...(await foundlings(scope))],
};
