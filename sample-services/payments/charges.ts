import type { ShopEventDraft, Subject } from '../events/record.ts';
import type { CancelCause, ShopEventData } from '../events/shop-event.ts';
import { sagaIdOf } from '../events/steps.ts';
import type { Database, Sql, Tx } from '../kit/database.ts';
import { protects } from '../kit/protections.ts';
import { recordPayment } from './payment.ts';

/** A charge by its name, the key of its step. Amount in cents. */
export interface Charge extends Subject {
  id: string;
  amount: number;
}

/** Writes the charge before the provider is called; false when it was refunded before it came. */
export async function openCharge(db: Database, { id, orderId, mode, amount }: Charge): Promise<boolean> {
  const [row] = await db.query<{ status: string }>(
    `insert into charge as c (id, order_id, amount, mode, status) values ($1, $2, $3, $4, 'pending')
     on conflict (id) do update set updated_at = c.updated_at returning status`,
    [id, orderId, amount, mode],
  );
  // declined: the provider gives the same answer again; pending and captured: so does its idempotency.
  return ['pending', 'captured', 'declined'].includes(row?.status ?? '') || !protects('tombstones');
}

/** What the provider captured. A late `captured` does not overwrite a refund that came first, but is booked. */
export async function settleCaptured(
  tx: Tx,
  { id, captured }: { id: string; captured: number },
  order?: ShopEventData<'PAYMENT_COMPLETED'>['order'],
): Promise<void> {
  const row = await move(tx, id, ['pending'], 'captured');
  const orderId = row?.orderId ?? (await readSubject(tx, id)).orderId;
  await book(tx, { charge: id, orderId, captured, refunded: 0 });
  if (!row) return;
  const data = { captured, ...(order === undefined ? {} : { order }) };
  await recordPayment(tx, id, row, [{ type: 'PAYMENT_COMPLETED', data }]);
}

/** The provider refused for certain: nothing was taken. */
export async function settleDeclined(tx: Tx, id: string, reason: string): Promise<void> {
  const row = await move(tx, id, ['pending'], 'declined');
  if (!row) return;
  await recordPayment(tx, id, row, [{ type: 'PAYMENT_FAILED', data: { reason, cause: 'rejected' } }]);
}

/**
 * Where a refund stands after it was asked for. `unseen`: there was no such charge, and its tombstone is written; `done`:
 * the provider has answered before; `forgotten`: there was none, and (tombstones being taken away) none is remembered.
 */
export type Refunding = 'open' | 'unseen' | 'done' | 'forgotten';

/** From now on the charge is not carried out any more; what it did is to be refunded. */
export async function beginRefund(sql: Sql, id: string, { orderId, mode }: Subject): Promise<Refunding> {
  if (!protects('tombstones')) {
    const seen = await sql.query('select 1 from charge where id = $1', [id]);
    if (seen.length === 0) return 'forgotten';
  }
  const [row] = await sql.query<{ status: string; fresh: boolean }>(
    `insert into charge as c (id, order_id, mode, status) values ($1, $2, $3, 'refunding')
     on conflict (id) do update set updated_at = now(),
       status = case when c.status in ('pending', 'captured', 'declined') then 'refunding' else c.status end
     returning status, xmax = 0 as fresh`,
    [id, orderId, mode],
  );
  if (row?.fresh) return 'unseen';
  return row?.status === 'refunding' ? 'open' : 'done';
}

/** What the provider said to the refund. A charge which was given up as ambiguous is told to have failed first. */
export async function settleRefund(
  tx: Tx,
  id: string,
  { outcome, refunded }: ShopEventData<'PAYMENT_REFUNDED'>,
): Promise<void> {
  const row = await move(tx, id, ['refunding'], outcome);
  const orderId = row?.orderId ?? (await readSubject(tx, id)).orderId;
  // What was refunded was captured, though the provider's answer to the charge may never have reached us.
  await book(tx, { charge: id, orderId, captured: refunded, refunded });
  if (!row) return;
  const drafts: ShopEventDraft[] = [{ type: 'PAYMENT_REFUNDED', data: { outcome, refunded } }];
  const { failCause: cause, failReason } = row;
  if (cause !== null) {
    drafts.unshift({ type: 'PAYMENT_FAILED', data: { cause, reason: failReason ?? '' } });
  }
  await recordPayment(tx, id, row, drafts);
}

interface MovedRow extends Subject {
  failCause: CancelCause | null;
  failReason: string | null;
}

async function move(tx: Tx, id: string, from: readonly string[], to: string): Promise<MovedRow | null> {
  const [row] = await tx.query<Omit<MovedRow, 'sagaId'>>(
    `update charge set status = $3, undo_due_at = null, updated_at = now() where id = $1 and status = any($2)
     returning order_id as "orderId", mode, fail_cause as "failCause", fail_reason as "failReason"`,
    [id, from, to],
  );
  return row ? { ...row, sagaId: sagaIdOf(id) } : null;
}

export async function readSubject(sql: Sql, id: string): Promise<Subject> {
  const [row] = await sql.query<Omit<Subject, 'sagaId'>>(
    'select order_id as "orderId", mode from charge where id = $1',
    [id],
  );
  if (!row) throw new Error(`there is no charge ${id}`);
  return { ...row, sagaId: sagaIdOf(id) };
}

interface Movement {
  charge: string;
  orderId: string;
  /** Cents, as the provider says. */
  captured: number;
  refunded: number;
}

async function book(tx: Tx, { charge, orderId, captured, refunded }: Movement): Promise<void> {
  await tx.query(
    `insert into ledger (charge, order_id, kind, account, amount)
     select $1, $2, kind, account, amount from (values
       ('capture', 'provider', $3::bigint), ('capture', 'revenue', -$3::bigint),
       ('refund', 'provider', -$4::bigint), ('refund', 'revenue', $4::bigint)) movement (kind, account, amount)
     where amount <> 0
     on conflict (charge, kind, account) do nothing`,
    [charge, orderId, captured, refunded],
  );
}
