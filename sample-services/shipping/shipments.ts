import type { z } from 'zod';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { demandOk, demandOnce } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { LabelAnswer, LabelCancelAnswer } from '../outside-world/api.ts';
import type { CancelShipmentRequest, ShipmentView, ShipRequest } from './api.ts';

/** Written before the carrier is called; the row of a cancellation that came first is a tombstone. */
export const SHIPMENT_SCHEMA = `
  create table if not exists shipment (
    id text primary key,
    order_id text not null,
    status text not null check (status in ('pending', 'created', 'refused', 'cancelling', 'cancelled', 'voided')),
    tracking text,
    updated_at timestamptz not null default now()
  );
  create index if not exists shipment_order on shipment (order_id)`;

/** Buys a label from the carrier, once for each id. */
export async function ship(
  db: Database,
  carrier: Peer,
  id: string,
  input: z.output<typeof ShipRequest>,
): Promise<string> {
  const fresh = await db.query(
    `insert into shipment (id, order_id, status) values ($1, $2, 'pending') on conflict do nothing returning id`,
    [id, input.orderId],
  );
  if (fresh.length === 0) await demandShippable(db, id);
  const outcome = await carrier.post(
    '/carrier/labels',
    { reference: id, orderId: input.orderId, address: input.address },
    { answer: LabelAnswer, idempotencyKey: id, attempts: 1 },
  );
  const settle = (status: string, tracking: string | null) =>
    db.query(
      `update shipment set status = $2, tracking = $3, updated_at = now() where id = $1 and status = 'pending'`,
      [id, status, tracking],
    );
  if (outcome.kind === 'rejected' && outcome.code === 'undeliverable_address') await settle('refused', null);
  const { tracking } = demandOk(outcome, carrier.name);
  await settle('created', tracking);
  return tracking;
}

/** Cancels the label, or refuses the shipment for good if it never came. Repeatable. */
export async function cancelShipment(
  db: Database,
  carrier: Peer,
  input: z.output<typeof CancelShipmentRequest>,
): Promise<z.output<typeof LabelCancelAnswer>['outcome']> {
  await db.query(
    `insert into shipment as s (id, order_id, status) values ($1, $2, 'cancelling')
     on conflict (id) do update set status = 'cancelling', updated_at = now()
       where s.status in ('pending', 'created', 'refused')`,
    [input.shipment, input.orderId],
  );
  const { outcome } = await demandOnce(carrier, {
    path: '/carrier/labels/cancel',
    payload: { reference: input.shipment, orderId: input.orderId },
    key: `${input.shipment}/cancel`,
    answer: LabelCancelAnswer,
  });
  await db.query('update shipment set status = $2, updated_at = now() where id = $1', [
    input.shipment,
    outcome,
  ]);
  return outcome;
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

async function demandShippable(db: Database, id: string): Promise<void> {
  const [row] = await db.query<{ status: string }>('select status from shipment where id = $1', [id]);
  if (row && ['pending', 'created', 'refused'].includes(row.status)) return;
  throw new ShopError(
    'already_compensated',
    `shipment ${id} was cancelled before it came`,
    'Start a new order; this one was given up.',
  );
}
