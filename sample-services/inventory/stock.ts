import { recordEvents, type ShopEventDraft, type Subject } from '../events/record.ts';
import type { ShopEventData } from '../events/shop-event.ts';
import type { Tx } from '../kit/database.ts';
import { protects } from '../kit/protections.ts';

export const reservationStream = (id: string): string => `reservation:${id}`;

export interface Wanted {
  /** The reservation's name: the key of its step. */
  id: string;
  sku: string;
  quantity: number;
  /** Goes along with the event, for those who act next. */
  order?: ShopEventData<'INVENTORY_RESERVED'>['order'];
}

/**
 * What a reservation comes to. `late`: it was released before it came. `unknown_product` is a refusal as `sold_out` is.
 * The same reservation again comes to the same.
 */
export type Reserving = 'reserved' | 'sold_out' | 'unknown_product' | 'late';

/** Takes the goods, or notes why not. Row, goods and event are one commit. */
export async function reserve(tx: Tx, subject: Subject, wanted: Wanted): Promise<Reserving> {
  const { id, sku, quantity, order } = wanted;
  // The row first: its lock decides between this reservation, its repetition and its release.
  const fresh = await tx.query(
    `insert into reservation as r (id, order_id, sku, quantity, status) values ($1, $2, $3, $4, 'reserved')
     on conflict (id) do update set status = 'reserved', sku = $3, quantity = $4
       where $5 and r.status in ('released', 'tombstoned') returning id`,
    [id, subject.orderId, sku, quantity, !protects('tombstones')],
  );
  if (fresh.length === 0) return standing(tx, wanted);
  const taken = await tx.query(
    `update stock set available = available - $2, reserved = reserved + $2 where sku = $1 and available >= $2
     returning sku`,
    [sku, quantity],
  );
  if (taken.length > 0) {
    const data = { sku, quantity, ...(order === undefined ? {} : { order }) };
    await record(tx, id, subject, { type: 'INVENTORY_RESERVED', data });
    return 'reserved';
  }
  await tx.query(`update reservation set status = 'refused', quantity = 0 where id = $1`, [id]);
  const why = await refusal(tx, sku);
  const reason = why === 'sold_out' ? `${sku} is sold out` : `there is no product ${sku}`;
  await record(tx, id, subject, {
    type: 'INVENTORY_RESERVATION_FAILED',
    data: { reason, cause: 'rejected' },
  });
  return why;
}

export interface Release {
  outcome: 'released' | 'tombstoned';
  /** False when it had been released before. */
  isNew: boolean;
}

/** Gives the goods back, or marks a reservation that never came so that it is refused if it comes late. */
export async function release(tx: Tx, subject: Subject, id: string): Promise<Release> {
  const [row] = await tx.query<{ status: string; sku: string | null; quantity: number }>(
    `insert into reservation (id, order_id, status) values ($1, $2, 'tombstoned')
     on conflict (id) do update set at = reservation.at returning status, sku, quantity`,
    [id, subject.orderId],
  );
  const stream = reservationStream(id);
  if (row?.status === 'reserved') {
    await tx.query(`update reservation set status = 'released', at = now() where id = $1`, [id]);
    await tx.query('update stock set available = available + $2, reserved = reserved - $2 where sku = $1', [
      row.sku,
      row.quantity,
    ]);
    await record(tx, id, subject, { type: 'INVENTORY_RELEASED', data: { outcome: 'released' } });
    return { outcome: 'released', isNew: true };
  }
  if (row?.status === 'released') return { outcome: 'released', isNew: false };
  const told = await tx.query(`select 1 from event where stream = $1 and type = 'INVENTORY_RELEASED'`, [
    stream,
  ]);
  if (told.length === 0) {
    await record(tx, id, subject, { type: 'INVENTORY_RELEASED', data: { outcome: 'tombstoned' } });
  }
  if (protects('tombstones')) {
    await tx.query(`update reservation set status = 'tombstoned' where id = $1`, [id]);
  } else {
    // Told, but not kept: whatever comes late is then taken for new.
    await tx.query('delete from reservation where id = $1', [id]);
  }
  return { outcome: 'tombstoned', isNew: told.length === 0 };
}

/** A person has decided that it stays as it is: a release which is still on its way frees nothing. */
export async function waiveRelease(tx: Tx, { orderId }: Subject, id: string): Promise<void> {
  await tx.query(
    `insert into reservation (id, order_id, status, release_waived) values ($1, $2, 'tombstoned', true)
     on conflict (id) do update set release_waived = true`,
    [id, orderId],
  );
}

export async function isReleaseWaived(tx: Tx, id: string): Promise<boolean> {
  const waived = await tx.query('select 1 from reservation where id = $1 and release_waived for update', [
    id,
  ]);
  return waived.length > 0;
}

async function record(tx: Tx, id: string, subject: Subject, draft: ShopEventDraft): Promise<void> {
  await recordEvents(tx, { stream: reservationStream(id), expected: 'any' }, subject, [draft]);
}

/** What came of this reservation before. */
async function standing(tx: Tx, { id, sku }: Wanted): Promise<Reserving> {
  const [row] = await tx.query<{ status: string }>('select status from reservation where id = $1', [id]);
  if (row?.status === 'reserved') return 'reserved';
  return row?.status === 'refused' ? refusal(tx, sku) : 'late';
}

async function refusal(tx: Tx, sku: string): Promise<'sold_out' | 'unknown_product'> {
  const known = await tx.query('select 1 from stock where sku = $1', [sku]);
  return known.length > 0 ? 'sold_out' : 'unknown_product';
}
