/**
 * The book which orders keeps of sagas that nobody drives: what it heard of each, and when it has to step in. It decides
 * nothing but the order's end; who acts next follows from the events alone. `undone` names the steps whose participant
 * has said that nothing of them is left.
 */
export const CHOREOGRAPHY_SCHEMA = `
  create table if not exists choreography (
    saga_id text primary key,
    order_id text not null,
    amount bigint not null,
    carrier jsonb not null,
    settled text,
    cause text,
    undone text[] not null default '{}',
    told int not null default 0,
    told_at timestamptz,
    outcome text,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
  );
  -- A step of it waits for a person.
  alter table choreography add column if not exists stuck boolean not null default false;
  create index if not exists choreography_open on choreography (created_at) where ended_at is null;
  create table if not exists choreography_step (
    seq bigserial primary key,
    saga_id text not null references choreography (saga_id),
    step text not null,
    kind text not null,
    status text not null,
    attempt int not null,
    owner text not null,
    key text not null,
    detail text not null default '',
    at timestamptz(3) not null
  );
  create index if not exists choreography_step_saga on choreography_step (saga_id, at, seq)`;
