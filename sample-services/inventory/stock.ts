import type { z } from 'zod';
import type { Database, Sql } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { type ReleaseRequest, type ReserveRequest, SKUS, SOLD_OUT_SKU } from './api.ts';

const SEEDED_STOCK = 1_000_000;

/**
 * available + reserved = seeded, always: the checks make an oversold row impossible, whatever the code does. A reservation
 * is sold when its order is confirmed; the goods then stay `reserved` here, since nothing takes them out of the house yet.
 */
export const STOCK_SCHEMA = `
  create table if not exists stock (
    sku text primary key,
    seeded bigint not null,
    available bigint not null check (available >= 0),
    reserved bigint not null check (reserved >= 0),
    check (available + reserved = seeded)
  );
  create table if not exists reservation (
    id text primary key,
    order_id text not null,
    sku text,
    quantity int not null default 0,
    status text not null check (status in ('reserved', 'released', 'tombstoned')),
    at timestamptz not null default now()
  );
  create index if not exists reservation_order on reservation (order_id);
  insert into stock (sku, seeded, available, reserved)
    select sku, n, n, 0 from (values ('${SOLD_OUT_SKU}', 0), ${SKUS.map((sku) => `('${sku}', ${SEEDED_STOCK})`).join(', ')}) s (sku, n)
    on conflict do nothing`;

/** Takes the goods, or says why not. Repeated with the same id it changes nothing. */
export function reserve(db: Database, id: string, input: z.output<typeof ReserveRequest>): Promise<void> {
  return db.transaction(async (tx) => {
    const fresh = await tx.query(
      `insert into reservation (id, order_id, sku, quantity, status) values ($1, $2, $3, $4, 'reserved')
       on conflict do nothing returning id`,
      [id, input.orderId, input.sku, input.quantity],
    );
    if (fresh.length === 0) return demandLive(tx, id);
    const taken = await tx.query(
      `update stock set available = available - $2, reserved = reserved + $2
       where sku = $1 and available >= $2 returning sku`,
      [input.sku, input.quantity],
    );
    // The throw rolls the reservation back too: a refusal leaves nothing behind.
    if (taken.length === 0) throw await whyNot(tx, input.sku);
  });
}

/** Gives the goods back, or marks a reservation that never came so that it is refused if it comes late. */
export function release(
  db: Database,
  input: z.output<typeof ReleaseRequest>,
): Promise<'released' | 'tombstoned'> {
  return db.transaction(async (tx) => {
    await tx.query(
      `insert into reservation (id, order_id, status) values ($1, $2, 'tombstoned') on conflict do nothing`,
      [input.reservation, input.orderId],
    );
    const [row] = await tx.query<{ sku: string; quantity: number; status: string }>(
      'select sku, quantity, status from reservation where id = $1 for update',
      [input.reservation],
    );
    if (!row || row.status === 'tombstoned') return 'tombstoned';
    if (row.status === 'reserved') {
      await tx.query(`update reservation set status = 'released', at = now() where id = $1`, [
        input.reservation,
      ]);
      await tx.query('update stock set available = available + $2, reserved = reserved - $2 where sku = $1', [
        row.sku,
        row.quantity,
      ]);
    }
    return 'released';
  });
}

async function demandLive(tx: Sql, id: string): Promise<void> {
  const [row] = await tx.query<{ status: string }>('select status from reservation where id = $1', [id]);
  if (row?.status === 'reserved') return;
  throw new ShopError(
    'already_compensated',
    `reservation ${id} was released before it came`,
    'Start a new order; this one was given up.',
  );
}

async function whyNot(tx: Sql, sku: string): Promise<ShopError> {
  const known = await tx.query('select 1 from stock where sku = $1', [sku]);
  if (known.length > 0) return new ShopError('sold_out', `${sku} is sold out`, 'Order something else.');
  return new ShopError('not_found', `there is no product ${sku}`, 'Check the sku.');
}
