import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { INBOX_SCHEMA } from '../kit/inbox.ts';
import { OUTBOX_SCHEMA } from '../kit/outbox/schema.ts';
import { CHOREOGRAPHY_SCHEMA } from './choreography/schema.ts';
import { ORDER_SCHEMA } from './order/schema.ts';

/**
 * `saga` says who may write (owner, epoch) and when it is due; `saga_step` is the journal: append-only, and everything
 * a saga knows is a fold over it. A saga is due when `due_at` has passed, orphaned when `lease_until` has.
 */
export const ORDERS_SCHEMA = `${IDEMPOTENCY_SCHEMA}; ${OUTBOX_SCHEMA};
  create table if not exists saga (
    id text primary key,
    type text not null,
    mode text not null,
    order_id text not null,
    owner text not null,
    epoch int not null,
    lease_until timestamptz not null,
    due_at timestamptz,
    cancel_requested boolean not null default false,
    stuck boolean not null default false,
    outcome text,
    carrier jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
  );
  alter table saga add column if not exists overdue boolean not null default false;
  -- What it was started with; a card's token is sealed. Absent on sagas of versions before.
  alter table saga add column if not exists input jsonb;
  -- Whose saga it is: only sagas of the journal's own engine are claimed by it.
  alter table saga add column if not exists engine text not null default 'journal';
  create index if not exists saga_open on saga (created_at) where ended_at is null;
  create table if not exists saga_step (
    seq bigserial primary key,
    saga_id text not null references saga (id),
    step text not null,
    kind text not null,
    status text not null,
    attempt int not null,
    epoch int not null,
    owner text not null,
    key text not null,
    detail text not null default '',
    at timestamptz not null default clock_timestamp()
  );
  -- Where a row stands in its saga, for an engine that may write it twice. Absent where rows are written once.
  alter table saga_step add column if not exists position int;
  create unique index if not exists saga_step_position on saga_step (saga_id, position) where position is not null;
  create index if not exists saga_step_saga on saga_step (saga_id, seq);
  ${ORDER_SCHEMA};
  ${INBOX_SCHEMA};
  ${CHOREOGRAPHY_SCHEMA}`;
