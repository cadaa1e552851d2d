import type { Database } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import { payloadHash } from '../../kit/idempotency.ts';
import { type Claim, SAGA_TYPE } from './journal.ts';
import type { JournalRow, SagaHandle, SagaInput } from './port.ts';

export interface NewSaga {
  claim: Claim;
  input: SagaInput;
  requestKey: string;
  first: JournalRow;
  leaseMs: number;
  /** False parks it at once, due now, for whoever has a free slot. */
  driveNow: boolean;
}

/** Commits order, saga and first journal row in one statement; false when the key has made an order before. */
export async function createOrder(db: Database, saga: NewSaga): Promise<boolean> {
  const { claim, input, first } = saga;
  const rows = await db.query(
    `with made as (
       insert into orders (id, saga_id, user_id, sku, quantity, amount, card_token, address, mode, request_key,
         request_hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (request_key) do nothing
       returning id, saga_id, mode),
     saga as (
       insert into saga (id, type, mode, order_id, owner, epoch, lease_until, due_at, carrier)
       select saga_id, $12, mode, id, $13, $14, now() + make_interval(secs => $15),
         case when $16 then null else now() end, $17 from made returning id)
     insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail, at)
     select id, $18, '', $19, $20, $14, $13, '', $21, to_timestamp($22 / 1000.0) from saga returning seq`,
    [
      ...[
        claim.orderId,
        claim.sagaId,
        input.userId,
        input.sku,
        input.quantity,
        input.amount,
        input.cardToken,
      ],
      ...[input.address, input.mode, saga.requestKey, payloadHash(input)],
      ...[
        SAGA_TYPE,
        claim.owner,
        claim.epoch,
        saga.leaseMs / 1000,
        saga.driveNow,
        JSON.stringify(claim.carrier),
      ],
      ...[first.step, first.status, first.attempt, first.detail, first.at],
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
