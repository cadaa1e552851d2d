import { toShopEvent } from '../../events/record.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import type { Sql } from '../../kit/database.ts';
import { readFolded, readManyFolded, readStream, type Until } from '../../kit/event-store/fold.ts';
import type { OrderView } from '../api.ts';
import { ORDER_FOLD, type OrderState, orderStream } from './fold.ts';

/** The order as it is, or as it was; null when it is not there, or was not yet. */
export async function readOrder(sql: Sql, orderId: string, until?: Until): Promise<OrderView | null> {
  const state = await readOrderState(sql, orderId, until);
  return state ? toView(state) : null;
}

/** The order with what only its own service may know of it. */
export async function readOrderState(sql: Sql, orderId: string, until?: Until): Promise<OrderState | null> {
  return (await readFolded(sql, ORDER_FOLD, orderStream(orderId), until)).state;
}

export async function readOrderEvents(sql: Sql, orderId: string): Promise<ShopEvent[]> {
  return (await readStream(sql, orderStream(orderId))).map(toShopEvent);
}

/** Newest first: of one user, or of all when it is null. */
export async function listOrders(sql: Sql, userId: string | null, limit: number): Promise<OrderView[]> {
  const [whose, values] = userId === null ? ['', [limit]] : ['where user_id = $2', [limit, userId]];
  const heads = await sql.query<{ id: string }>(
    `select id from order_head ${whose} order by created_at desc limit $1`,
    values,
  );
  const streams = heads.map((head) => orderStream(head.id));
  const orders = await readManyFolded(sql, ORDER_FOLD, streams);
  return orders.flatMap(({ state }) => (state ? [toView(state)] : []));
}

export interface KnownRequest {
  orderId: string;
  sagaId: string;
  requestHash: string;
}

/** The order which a customer's request key has made. */
export async function findRequest(
  sql: Sql,
  userId: string,
  requestKey: string,
): Promise<KnownRequest | null> {
  const [row] = await sql.query<KnownRequest>(
    `select id as "orderId", saga_id as "sagaId", request_hash as "requestHash" from order_head
     where user_id = $1 and request_key = $2`,
    [userId, requestKey],
  );
  return row ?? null;
}

function toView({ sealedCard, address, ...view }: OrderState): OrderView {
  return view;
}
