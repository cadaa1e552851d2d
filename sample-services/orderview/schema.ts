import { INBOX_SCHEMA } from '../kit/inbox.ts';
import { LEASE_SCHEMA } from '../kit/lease/lease.ts';

/**
 * Everything belongs to a generation: readers see the one that is `current`, a rebuild fills `building` beside it and
 * then they change places. `view_event` holds what was heard; the three tables below it are read models, each a fold of it.
 */
export const ORDERVIEW_SCHEMA = `${INBOX_SCHEMA}; ${LEASE_SCHEMA};
  create table if not exists projection (
    only_one boolean primary key default true check (only_one),
    current int not null default 1,
    building int,
    rebuild_started_at timestamptz,
    rebuilt_at timestamptz
  );
  insert into projection default values on conflict do nothing;
  create table if not exists rebuild_source (
    source text primary key,
    after bigint not null default 0,
    events bigint not null default 0,
    finished boolean not null default false
  );
  alter table rebuild_source add column if not exists upto bigint;
  create table if not exists view_event (
    generation int not null,
    order_id text not null,
    stream text not null,
    version int not null,
    event jsonb not null,
    heard_at timestamptz not null default clock_timestamp(),
    primary key (generation, order_id, stream, version)
  );
  create table if not exists order_details (
    generation int not null,
    order_id text not null,
    details jsonb not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (generation, order_id)
  );
  create table if not exists user_order (
    generation int not null,
    user_id text not null,
    order_id text not null,
    created_at timestamptz not null,
    line jsonb not null,
    primary key (generation, order_id)
  );
  create index if not exists user_order_newest on user_order (generation, user_id, created_at desc);
  create table if not exists recent_order (
    generation int not null,
    order_id text not null,
    created_at timestamptz not null,
    line jsonb not null,
    primary key (generation, order_id)
  );
  create index if not exists recent_order_newest on recent_order (generation, created_at desc)`;
