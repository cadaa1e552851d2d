import type { z } from 'zod';
import { type Database, isDuplicate } from '../kit/database.ts';
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
export async function reserve(
  db: Database,
  id: string,
  input: z.output<typeof ReserveRequest>,
): Promise<void> {
  // Goods and reservation are one statement: it happens wholly or not at all.
  const taken = db.query(
    `with taken as (
       update stock set available = available - $4, reserved = reserved + $4
       where sku = $3 and available >= $4 and not exists (select from reservation where id = $1) returning sku)
     insert into reservation (id, order_id, sku, quantity, status) select $1, $2, sku, $4, 'reserved' from taken
     returning id`,
    [id, input.orderId, input.sku, input.quantity],
  );
  const rows = await taken.catch((error: unknown) => {
    // The same reservation, or its tombstone, was written at the same moment.
    if (isDuplicate(error)) return [];
    throw error;
  });
  if (rows.length === 0) await explain(db, id, input.sku);
}

/** Gives the goods back, or marks a reservation that never came so that it is refused if it comes late. */
export async function release(
  db: Database,
  input: z.output<typeof ReleaseRequest>,
): Promise<'released' | 'tombstoned'> {
  for (;;) {
    await db.query(
      `with freed as (
         update reservation set status = 'released', at = now() where id = $1 and status = 'reserved'
         returning sku, quantity),
       back as (
         update stock s set available = available + f.quantity, reserved = reserved - f.quantity
         from freed f where s.sku = f.sku)
       insert into reservation (id, order_id, status)
       select $1, $2, 'tombstoned' where not exists (select from freed) on conflict do nothing`,
      [input.reservation, input.orderId],
    );
    const status = await statusOf(db, input.reservation);
    // Still reserved: it was committed between our look and our tombstone. Now it can be seen.
    if (status !== 'reserved') return status === 'released' ? 'released' : 'tombstoned';
  }
}

/** Says why nothing was taken; silent when the reservation is there already, as for a repetition. */
async function explain(db: Database, id: string, sku: string): Promise<void> {
  const status = await statusOf(db, id);
  if (status === 'reserved') return;
  if (status !== null) {
    throw new ShopError(
      'already_compensated',
      `reservation ${id} was released before it came`,
      'Start a new order; this one was given up.',
    );
  }
  const known = await db.query('select 1 from stock where sku = $1', [sku]);
  if (known.length > 0) throw new ShopError('sold_out', `${sku} is sold out`, 'Order something else.');
  throw new ShopError('not_found', `there is no product ${sku}`, 'Check the sku.');
}

async function statusOf(db: Database, id: string): Promise<string | null> {
  const [row] = await db.query<{ status: string }>('select status from reservation where id = $1', [id]);
  return row?.status ?? null;
}
