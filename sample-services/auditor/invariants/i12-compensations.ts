import type { OrderFacts } from '../book/facts.ts';
import { aboutOrder, type Finding, type Invariant, idsOf, type Scope } from './invariant.ts';

interface JournalRow {
  saga_id: string;
  acted: string[];
  undone: string[];
}

/** Steps in order of their first action (the textbook saga writes no intents), and of their compensation. */
const JOURNAL = `
  select saga_id,
    array_agg(step order by first) filter (where kind = 'action') as acted,
    array_agg(step order by first) filter (where kind = 'compensate') as undone
  from (
    select saga_id, step, kind, min(seq) as first from saga_step
    where saga_id = any($1) and ((kind = 'action' and status in ('INTENT', 'OK')) or status = 'COMPENSATED')
    group by saga_id, step, kind) steps
  group by saga_id having count(*) filter (where kind = 'compensate') > 1`;

/** The reference of an action at a witness, first undone (or voided) and later done. */
const AFTER_TOMBSTONE = (table: string, does: string, undoes: string) => `
  select done.order_id, done.reference from ${table} done
  join ${table} undone on undone.reference = done.reference and undone.order_id = done.order_id
    and undone.kind in ('${undoes}', 'void') and undone.seq < done.seq
  where done.kind = '${does}' and done.order_id = any($1)`;

/** Of those that were undone, in which order was that to happen? */
export function inReverse(acted: readonly string[], undone: readonly string[]): boolean {
  const places = undone.map((step) => acted.indexOf(step));
  return places.every((place, i) => i === 0 || place < (places[i - 1] ?? 0));
}

async function order({ snapshots, orders }: Scope): Promise<Finding[]> {
  const sagas = new Map(orders.map((each) => [each.sagaId, each]));
  const rows = await snapshots.rows<JournalRow>('orders', JOURNAL, [[...sagas.keys()]]);
  return rows.flatMap(({ saga_id, acted, undone }) => {
    const about = sagas.get(saga_id);
    if (!about || inReverse(acted ?? [], undone)) return [];
    const expected = `the reverse of ${(acted ?? []).join(', ')}`;
    const found = `undone in the order ${undone.join(', ')}`;
    return [aboutOrder(about, { what: 'order', expected, found, weight: 'certain' })];
  });
}

async function lateActions({ snapshots, orders }: Scope): Promise<Finding[]> {
  const known = new Map(orders.map((each) => [each.orderId, each]));
  const ids = [idsOf(orders)];
  const ask = (table: string, does: string, undoes: string) =>
    snapshots.rows<{ order_id: string; reference: string }>(
      'outside-world',
      AFTER_TOMBSTONE(table, does, undoes),
      ids,
    );
  const rows = [
    ...(await ask('provider_statement', 'capture', 'refund')),
    ...(await ask('carrier_statement', 'label', 'cancel')),
  ];
  return rows.flatMap(({ order_id, reference }) => late(known.get(order_id), reference));
}

/** A reservation that is held although inventory itself has told of its release. */
async function heldAgain({ snapshots, orders }: Scope): Promise<Finding[]> {
  const known = new Map(orders.map((each) => [each.orderId, each]));
  const rows = await snapshots.rows<{ order_id: string; id: string }>(
    'inventory',
    `select order_id, id from reservation r where status = 'reserved' and order_id = any($1) and exists (
       select 1 from event where stream = 'reservation:' || r.id and type = 'INVENTORY_RELEASED')`,
    [idsOf(orders)],
  );
  return rows.flatMap(({ order_id, id }) => late(known.get(order_id), id));
}

function late(about: OrderFacts | undefined, reference: string): Finding[] {
  if (!about) return [];
  const found = `${reference} took effect after it was undone`;
  return [
    aboutOrder(about, {
      ...{ what: reference, expected: 'an action after its undoing refused', found },
      weight: 'certain',
    }),
  ];
}

export const compensations: Invariant = {
  id: 'I12',
  title: 'Steps are undone in reverse, and none takes effect after its undoing',
  needs: ['orders', 'inventory', 'outside-world'],
  check: async (scope) => [
    ...(await order(scope)),
    ...(await lateActions(scope)),
    ...(await heldAgain(scope)),
  ],
};
