import { parseShopEvent, type ShopEvent } from '../../events/shop-event.ts';
import type { Sql } from '../../kit/database.ts';
import { type OrderDetails, OrderLine } from '../model/details.ts';
import { foldOrder } from '../model/fold.ts';

/** ASCII for VIEW: class of the advisory locks, one for each order. */
const LOCK_CLASS = 0x56494557;

/** SQL that waits for an order's lock and keeps it until the transaction ends. */
export const lockOf = (key: string): string => `pg_advisory_xact_lock(${LOCK_CLASS}, ${key})`;

/** `foldEvents` for events of several orders. They are locked in one sequence by everybody. */
export async function applyEvents(
  tx: Sql,
  generations: readonly number[],
  events: readonly ShopEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `select ${lockOf('key')} from (select distinct hashtext(id) as key from unnest($1::text[]) id order by 1) keys`,
    [ordersOf(events)],
  );
  await foldEvents(tx, generations, events);
}

/**
 * Adds events to a generation and folds the orders they belong to anew; events that are there already change nothing.
 * Runs in a transaction which an earlier statement of has taken the locks of those orders: of two events at once the
 * second sees the first, because each statement sees what was committed before it began.
 */
export async function foldEvents(
  tx: Sql,
  generations: readonly number[],
  events: readonly ShopEvent[],
): Promise<void> {
  for (const generation of generations) {
    const heard = await addEvents(tx, generation, events);
    await writeModels(
      tx,
      generation,
      [...heard].map(([orderId, all]) => foldOrder(orderId, all)),
    );
  }
}

const ordersOf = (events: readonly ShopEvent[]): string[] => [
  ...new Set(events.map((event) => event.orderId)),
];

/** Every event of these events' orders, the new ones included: a statement does not see what it writes itself. */
async function addEvents(
  tx: Sql,
  generation: number,
  events: readonly ShopEvent[],
): Promise<Map<string, ShopEvent[]>> {
  const rows = await tx.query<{ event: unknown }>(
    `with added as (
       insert into view_event (generation, order_id, stream, version, event)
       select $1, e.event->>'orderId', e.event->>'stream', (e.event->>'version')::int, e.event
       from jsonb_array_elements($2) e (event) on conflict do nothing returning event)
     select event from added union all
     select event from view_event where generation = $1 and order_id = any($3)`,
    [generation, JSON.stringify(events.map(withoutSecrets)), ordersOf(events)],
  );
  return Map.groupBy(
    rows.map(({ event }) => parseShopEvent(event)),
    (event) => event.orderId,
  );
}

/** No model shows a card or an address, so neither is kept: not of the order, nor as others pass them on. */
function withoutSecrets(event: ShopEvent): ShopEvent {
  if (event.type === 'ORDER_CREATED') {
    return { ...event, data: { ...event.data, sealedCard: '', address: '' } };
  }
  if (event.type === 'PAYMENT_COMPLETED') {
    const { order, ...data } = event.data;
    return { ...event, data };
  }
  return event;
}

/** All three models in one statement. An order nobody is known to have placed is in no list. */
async function writeModels(tx: Sql, generation: number, details: readonly OrderDetails[]): Promise<void> {
  const rows = details.map((each) => ({ order: each, line: OrderLine.parse(each) }));
  await tx.query(
    `with given as (select row->'order' as details, row->'line' as line from jsonb_array_elements($2) row),
     listed as (
       select line, line->>'orderId' as order_id, line->>'userId' as user_id,
         (line->>'createdAt')::timestamptz as created_at
       from given where line->>'userId' is not null and line->>'createdAt' is not null),
     of_users as (
       insert into user_order (generation, user_id, order_id, created_at, line)
       select $1, user_id, order_id, created_at, line from listed
       on conflict (generation, order_id) do update
         set user_id = excluded.user_id, created_at = excluded.created_at, line = excluded.line),
     recent as (
       insert into recent_order (generation, order_id, created_at, line)
       select $1, order_id, created_at, line from listed
       on conflict (generation, order_id) do update set created_at = excluded.created_at, line = excluded.line)
     insert into order_details (generation, order_id, details)
     select $1, details->>'orderId', details from given
     on conflict (generation, order_id) do update set details = excluded.details, updated_at = clock_timestamp()`,
    [generation, JSON.stringify(rows)],
  );
}
