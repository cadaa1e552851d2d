/**
 * `event` is append-only: unique (stream, version) lets of two writers who have seen the same version only one through.
 * `snapshot` saves reading long streams from their beginning; without it everything is the same, only slower.
 */
export const EVENT_STORE_SCHEMA = `
  create table if not exists event (
    seq bigserial primary key,
    id uuid not null unique,
    stream text not null,
    version int not null check (version >= 1),
    type text not null,
    data jsonb not null,
    meta jsonb not null,
    at timestamptz(3) not null default clock_timestamp(),
    unique (stream, version)
  );
  create table if not exists snapshot (
    stream text not null,
    fold text not null,
    version int not null,
    state jsonb not null,
    at timestamptz(3) not null,
    primary key (stream, fold, version)
  )`;
