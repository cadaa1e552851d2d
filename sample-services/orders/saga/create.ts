import type { Database, Sql } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import { payloadHash } from '../../kit/idempotency.ts';
import type { SagaHandle, SagaInput } from './port.ts';

export interface NewOrder {
  orderId: string;
  sagaId: string;
  input: SagaInput;
  requestKey: string;
}

/** Writes the order; false when the key has made one before. */
export async function createOrder(
  tx: Sql,
  { orderId, sagaId, input, requestKey }: NewOrder,
): Promise<boolean> {
  const { userId, sku, quantity, amount, cardToken, address, mode } = input;
  const rows = await tx.query(
    `insert into orders (id, saga_id, user_id, sku, quantity, amount, card_token, address, mode, request_key,
       request_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (request_key) do nothing returning id`,
    [
      ...[orderId, sagaId, userId, sku, quantity, amount, cardToken, address, mode],
      ...[requestKey, payloadHash(input)],
    ],
  );
  return rows.length > 0;
}

/** The order which that key has made; with another content it is refused. */
export async function findOrder(db: Database, input: SagaInput, requestKey: string): Promise<SagaHandle> {
  const [row] = await db.query<{ id: string; saga_id: string; request_hash: string }>(
    'select id, saga_id, request_hash from orders where request_key = $1',
    [requestKey],
  );
  if (row?.request_hash !== payloadHash(input)) {
    throw new ShopError(
      'idempotency_mismatch',
      'this Idempotency-Key was used for another order',
      'Use a new key for a new order.',
    );
  }
  return { sagaId: row.saga_id, orderId: row.id, isNew: false };
}
