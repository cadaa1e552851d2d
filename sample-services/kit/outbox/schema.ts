import { LEASE_SCHEMA } from '../lease/lease.ts';
import type { Perishable } from '../retention.ts';

/** One row for each queue a message goes to, under the same id. */
export const OUTBOX_SCHEMA = `${LEASE_SCHEMA};
  create table if not exists outbox (
    seq bigserial primary key,
    id uuid not null,
    queue text not null,
    name text not null,
    payload jsonb not null,
    conversation_id text not null,
    headers jsonb not null,
    created_at timestamptz not null default now(),
    sent_at timestamptz
  );
  do $$ begin
    if exists (select from pg_constraint where conname = 'outbox_id_key') then
      alter table outbox drop constraint outbox_id_key;
    end if;
  end $$;
  -- The relay's epoch when it was sent.
  alter table outbox add column if not exists sent_epoch int;
  create unique index if not exists outbox_message on outbox (id, queue);
  create index if not exists outbox_unsent on outbox (seq) where sent_at is null;
  create index if not exists outbox_age on outbox using brin (created_at)`;

/** Sent messages are kept for an hour, for whoever looks into it. */
export const SENT_MESSAGES: Perishable = {
  table: 'outbox',
  over: `created_at < now() - interval '1 hour' and sent_at < now() - interval '1 hour'`,
};
