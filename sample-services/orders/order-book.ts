import { NOTIFICATIONS, ORDER_SETTLED, type OrderSettled } from '../events/notifications.ts';
import type { Sql } from '../kit/database.ts';
import { appendOutbox } from '../kit/outbox.ts';
import type { OrderStatus, OrderView } from './api.ts';

interface OrderRow {
  id: string;
  saga_id: string;
  user_id: string;
  sku: string;
  quantity: number;
  amount: string;
  status: OrderStatus;
  reason: string;
  version: number;
  created_at: Date;
}

const COLUMNS = 'id, saga_id, user_id, sku, quantity, amount, status, reason, version, created_at';

export async function readOrder(sql: Sql, orderId: string): Promise<OrderView | null> {
  const [row] = await sql.query<OrderRow>(`select ${COLUMNS} from orders where id = $1`, [orderId]);
  return row ? toView(row) : null;
}

/** Newest first. */
export async function listOrders(sql: Sql, limit: number): Promise<OrderView[]> {
  const rows = await sql.query<OrderRow>(`select ${COLUMNS} from orders order by created_at desc limit $1`, [
    limit,
  ]);
  return rows.map(toView);
}

/** Moves a pending order to its final state and, in the same transaction, promises its owner a message. */
export async function settleOrder(
  tx: Sql,
  orderId: string,
  sagaId: string,
  status: OrderSettled['status'],
  reason: string,
): Promise<void> {
  const [row] = await tx.query<OrderRow>(
    `update orders set status = $2, reason = $3, version = version + 1
     where id = $1 and status = 'PENDING' returning ${COLUMNS}`,
    [orderId, status, reason],
  );
  if (!row) throw new Error(`order ${orderId} is not pending: a terminal state never changes`);
  const payload: OrderSettled = { orderId, userId: row.user_id, status, amount: Number(row.amount), reason };
  await appendOutbox(tx, NOTIFICATIONS, { name: ORDER_SETTLED, payload, conversationId: sagaId });
}

function toView(row: OrderRow): OrderView {
  return {
    orderId: row.id,
    sagaId: row.saga_id,
    userId: row.user_id,
    sku: row.sku,
    quantity: row.quantity,
    amount: Number(row.amount),
    status: row.status,
    reason: row.reason,
    version: row.version,
    createdAt: row.created_at.toISOString(),
  };
}
