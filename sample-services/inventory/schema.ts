import { EVENT_STORE_SCHEMA } from '../kit/event-store/schema.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { INBOX_SCHEMA } from '../kit/inbox.ts';
import { OUTBOX_SCHEMA } from '../kit/outbox/schema.ts';
import { SKUS, SOLD_OUT_SKU } from './api.ts';

const SEEDED_STOCK = 1_000_000;

/**
 * available + reserved = seeded, always: the checks make an oversold row impossible, whatever the code does. A reservation
 * is sold when its order is confirmed; the goods then stay `reserved` here, since nothing takes them out of the house yet.
 *
 * A reservation's row is also the fence of its step: `tombstoned` refuses a reservation that comes after its release,
 * `refused` remembers that there was nothing to take. One whose release is waived stays as it is: a person decided so.
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
    status text not null check (status in ('reserved', 'released', 'tombstoned', 'refused')),
    at timestamptz not null default now()
  );
  do $$ begin
    if exists (select from pg_constraint where conname = 'reservation_status_check'
        and pg_get_constraintdef(oid) not like '%refused%') then
      alter table reservation drop constraint reservation_status_check,
        add constraint reservation_status_check check (status in ('reserved', 'released', 'tombstoned', 'refused'));
    end if;
  end $$;
  alter table reservation add column if not exists release_waived boolean not null default false;
  create index if not exists reservation_order on reservation (order_id);
  insert into stock (sku, seeded, available, reserved)
    select sku, n, n, 0 from (values ('${SOLD_OUT_SKU}', 0), ${SKUS.map((sku) => `('${sku}', ${SEEDED_STOCK})`).join(', ')}) s (sku, n)
    on conflict do nothing`;

export const INVENTORY_SCHEMA = [
  ...[IDEMPOTENCY_SCHEMA, EVENT_STORE_SCHEMA, INBOX_SCHEMA, OUTBOX_SCHEMA, STOCK_SCHEMA],
].join(';');
