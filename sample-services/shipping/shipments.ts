import type { z } from 'zod';
import { recordEvents, type ShopEventDraft, type Subject } from '../events/record.ts';
import type { CancelCause, ShopEventData } from '../events/shop-event.ts';
import { sagaIdOf } from '../events/steps.ts';
import type { Database, Sql, Tx } from '../kit/database.ts';
import { protects } from '../kit/protections.ts';
import type { ShipmentView } from './api.ts';

export const shipmentStream = (id: string): string => `shipment:${id}`;

/** Writes the shipment before the carrier is called; false when it was cancelled before it came. */
export async function openShipment(db: Database, id: string, { orderId, mode }: Subject): Promise<boolean> {
  const [row] = await db.query<{ status: string }>(
    `insert into shipment as s (id, order_id, mode, status) values ($1, $2, $3, 'pending')
     on conflict (id) do update set updated_at = s.updated_at returning status`,
    [id, orderId, mode],
  );
  return ['pending', 'created', 'refused'].includes(row?.status ?? '') || !protects('tombstones');
}

/** The carrier made the label. */
export async function settleCreated(tx: Tx, id: string, tracking: string): Promise<void> {
  const row = await move(tx, id, 'pending', 'created', tracking);
  if (!row) return;
  await record(tx, id, row, [{ type: 'SHIPMENT_CREATED', data: { tracking } }]);
}

/** The carrier refused for certain: there is no label. */
export async function settleRefused(tx: Tx, id: string, reason: string): Promise<void> {
  const row = await move(tx, id, 'pending', 'refused');
  if (!row) return;
  await record(tx, id, row, [{ type: 'SHIPMENT_FAILED', data: { reason, cause: 'rejected' } }]);
}

/**
 * Where a cancellation stands after it was asked for. `unseen`: there was no such shipment, and its tombstone is written;
 * `done`: the carrier has answered before; `forgotten`: there was none, and (tombstones being taken away) none is
 * remembered.
 */
export type Cancelling = 'open' | 'unseen' | 'done' | 'forgotten';

/** From now on the shipment is not carried out any more; a label it got is to be cancelled. */
export async function beginCancel(sql: Sql, id: string, { orderId, mode }: Subject): Promise<Cancelling> {
  if (!protects('tombstones')) {
    const seen = await sql.query('select 1 from shipment where id = $1', [id]);
    if (seen.length === 0) return 'forgotten';
  }
  const [row] = await sql.query<{ status: string; fresh: boolean }>(
    `insert into shipment as s (id, order_id, mode, status) values ($1, $2, $3, 'cancelling')
     on conflict (id) do update set updated_at = now(),
       status = case when s.status in ('pending', 'created', 'refused') then 'cancelling' else s.status end
     returning status, xmax = 0 as fresh`,
    [id, orderId, mode],
  );
  if (row?.fresh) return 'unseen';
  return row?.status === 'cancelling' ? 'open' : 'done';
}

type CancelOutcome = ShopEventData<'SHIPMENT_CANCELLED'>['outcome'];

/** What the carrier said to the cancellation. A shipment which was given up as ambiguous is told to have failed first. */
export async function settleCancelled(tx: Tx, id: string, outcome: CancelOutcome): Promise<void> {
  const row = await move(tx, id, 'cancelling', outcome);
  if (!row) return;
  const drafts: ShopEventDraft[] = [{ type: 'SHIPMENT_CANCELLED', data: { outcome } }];
  const { failCause: cause, failReason } = row;
  if (cause !== null) {
    drafts.unshift({ type: 'SHIPMENT_FAILED', data: { cause, reason: failReason ?? '' } });
  }
  await record(tx, id, row, drafts);
}

/** For the transaction that has the lock of the shipment's row, if there is one. */
export async function record(
  tx: Tx,
  id: string,
  subject: Subject,
  drafts: readonly ShopEventDraft[],
): Promise<void> {
  await recordEvents(tx, { stream: shipmentStream(id), expected: 'any' }, subject, drafts);
}

interface MovedRow extends Subject {
  failCause: CancelCause | null;
  failReason: string | null;
}

async function move(
  tx: Tx,
  id: string,
  from: string,
  to: string,
  tracking: string | null = null,
): Promise<MovedRow | null> {
  const [row] = await tx.query<Omit<MovedRow, 'sagaId'>>(
    `update shipment set status = $3, tracking = coalesce($4, tracking), undo_due_at = null, updated_at = now()
     where id = $1 and status = $2
     returning order_id as "orderId", mode, fail_cause as "failCause", fail_reason as "failReason"`,
    [id, from, to, tracking],
  );
  return row ? { ...row, sagaId: sagaIdOf(id) } : null;
}

export async function readSubject(sql: Sql, id: string): Promise<Subject> {
  const [row] = await sql.query<Omit<Subject, 'sagaId'>>(
    'select order_id as "orderId", mode from shipment where id = $1',
    [id],
  );
  if (!row) throw new Error(`there is no shipment ${id}`);
  return { ...row, sagaId: sagaIdOf(id) };
}

interface ShipmentRow {
  id: string;
  order_id: string;
  status: z.output<typeof ShipmentView>['status'];
  tracking: string | null;
}

export async function shipmentsOf(db: Database, orderId: string): Promise<z.output<typeof ShipmentView>[]> {
  const rows = await db.query<ShipmentRow>(
    'select id, order_id, status, tracking from shipment where order_id = $1 order by updated_at',
    [orderId],
  );
  return rows.map((row) => ({
    shipment: row.id,
    orderId: row.order_id,
    status: row.status,
    tracking: row.tracking,
  }));
}
