import type { Sql } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import type { NewOrder } from '../order/order.ts';
import { findRequest } from '../order/read.ts';
import type { SagaHandle } from './port.ts';

/** The order which that customer's key has made; with another content it is refused. */
export async function findOrder(
  sql: Sql,
  { userId, requestKey, requestHash }: Pick<NewOrder, 'userId' | 'requestKey' | 'requestHash'>,
): Promise<SagaHandle> {
  const known = await findRequest(sql, userId, requestKey);
  if (known?.requestHash !== requestHash) {
    throw new ShopError(
      'idempotency_mismatch',
      'this Idempotency-Key was used for another order',
      'Use a new key for a new order.',
    );
  }
  return { sagaId: known.sagaId, orderId: known.orderId, isNew: false };
}
