import type { Sql } from '../kit/database.ts';
import { OrderDetails, OrderLine } from './model/details.ts';

const CURRENT = '(select current from projection)';

export async function readDetails(sql: Sql, orderId: string): Promise<OrderDetails | null> {
  const [row] = await sql.query<{ details: unknown }>(
    `select details from order_details where generation = ${CURRENT} and order_id = $1`,
    [orderId],
  );
  return row ? OrderDetails.parse(row.details) : null;
}

/** Newest first. */
export async function readUsersOrders(sql: Sql, userId: string, limit: number): Promise<OrderLine[]> {
  return lines(
    await sql.query<{ line: unknown }>(
      `select line from user_order where generation = ${CURRENT} and user_id = $1
       order by created_at desc, order_id limit $2`,
      [userId, limit],
    ),
  );
}

/** Newest first. */
export async function readRecent(sql: Sql, limit: number): Promise<OrderLine[]> {
  return lines(
    await sql.query<{ line: unknown }>(
      `select line from recent_order where generation = ${CURRENT} order by created_at desc, order_id limit $1`,
      [limit],
    ),
  );
}

function lines(rows: { line: unknown }[]): OrderLine[] {
  return rows.map(({ line }) => OrderLine.parse(line));
}
