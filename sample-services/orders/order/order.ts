import { assertNever } from '@stormglass/agents/contract';
import { recordEvents, type ShopEventDraft, type Subject } from '../../events/record.ts';
import type { CancelCause } from '../../events/shop-event.ts';
import type { Tx } from '../../kit/database.ts';
import { keepSnapshot } from '../../kit/event-store/fold.ts';
import type { CreateOrderRequest, OrderStatus } from '../api.ts';
import { ORDER_FOLD, orderStream } from './fold.ts';

/** An order to be placed. Amount in cents; the card is sealed from here on. */
export interface NewOrder extends Omit<CreateOrderRequest, 'cardToken'> {
  orderId: string;
  sagaId: string;
  sealedCard: string;
  /** Its customer's Idempotency-Key, and the hash of what came with it. */
  requestKey: string;
  requestHash: string;
}

/** How an order ends. There is no other end after one of these. */
export type OrderEnd =
  | { status: 'CONFIRMED' }
  | { status: 'CANCELLED'; cause: Exclude<CancelCause, 'timed_out'>; reason: string }
  | { status: 'CANCELLED'; cause: 'timed_out'; reason: string; afterMs: number };

/** Begins the order as PENDING; false when its customer's request key has made one before. */
export async function placeOrder(tx: Tx, order: NewOrder): Promise<boolean> {
  const { orderId, sagaId, mode, userId, sku, quantity, amount, sealedCard, address } = order;
  const made = await tx.query(
    `insert into order_head (id, saga_id, user_id, amount, mode, status, version, request_key, request_hash)
     values ($1, $2, $3, $4, $5, 'PENDING', 1, $6, $7) on conflict (user_id, request_key) do nothing returning id`,
    [orderId, sagaId, userId, amount, mode, order.requestKey, order.requestHash],
  );
  if (made.length === 0) return false;
  const data = { userId, sku, quantity, amount, sealedCard, address };
  const place = { stream: orderStream(orderId), expected: 0 };
  await recordEvents(tx, place, { orderId, sagaId, mode }, [{ type: 'ORDER_CREATED', data }]);
  return true;
}

interface HeadRow {
  saga_id: string;
  user_id: string;
  amount: string;
  mode: Subject['mode'];
  version: number;
}

/** Ends a pending order; false when it has ended before (or is not there): of many who settle it, one does. */
export async function settleOrder(tx: Tx, orderId: string, end: OrderEnd): Promise<boolean> {
  const status: OrderStatus =
    end.status === 'CANCELLED' && end.cause === 'rejected' ? 'REJECTED' : end.status;
  const events = end.status === 'CANCELLED' && end.cause === 'timed_out' ? 2 : 1;
  const [head] = await tx.query<HeadRow>(
    `update order_head set status = $2, version = version + $3 where id = $1 and status = 'PENDING'
     returning saga_id, user_id, amount, mode, version`,
    [orderId, status, events],
  );
  if (!head) return false;
  const told = { userId: head.user_id, amount: Number(head.amount) };
  await append(tx, orderId, head, endOf(end, told));
  return true;
}

function endOf(end: OrderEnd, told: { userId: string; amount: number }): ShopEventDraft[] {
  switch (end.status) {
    case 'CONFIRMED':
      return [{ type: 'ORDER_CONFIRMED', data: told }];
    case 'CANCELLED': {
      const { cause, reason } = end;
      const cancelled: ShopEventDraft = { type: 'ORDER_CANCELLED', data: { ...told, cause, reason } };
      if (cause !== 'timed_out') return [cancelled];
      return [{ type: 'ORDER_TIMED_OUT', data: { afterMs: end.afterMs } }, cancelled];
    }
    default:
      return assertNever(end);
  }
}

/** Notes that a confirmed order came back; it stays CONFIRMED. False when it is not confirmed. Refunded in cents. */
export async function returnOrder(tx: Tx, orderId: string, refunded: number): Promise<boolean> {
  const [head] = await tx.query<HeadRow>(
    `update order_head set version = version + 1 where id = $1 and status = 'CONFIRMED'
     returning saga_id, user_id, amount, mode, version`,
    [orderId],
  );
  if (!head) return false;
  await append(tx, orderId, head, [{ type: 'ORDER_RETURNED', data: { userId: head.user_id, refunded } }]);
  return true;
}

/** The head has the version already which the stream is to have afterwards. */
async function append(tx: Tx, orderId: string, head: HeadRow, drafts: ShopEventDraft[]): Promise<void> {
  const stream = orderStream(orderId);
  const expected = head.version - drafts.length;
  const subject = { orderId, sagaId: head.saga_id, mode: head.mode };
  await recordEvents(tx, { stream, expected }, subject, drafts);
  await keepSnapshot(tx, ORDER_FOLD, stream, { from: expected, to: head.version });
}
