import { EVENT_STORE_SCHEMA } from '../kit/event-store/schema.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { INBOX_SCHEMA } from '../kit/inbox.ts';
import { OUTBOX_SCHEMA } from '../kit/outbox/schema.ts';
import { undoColumns } from '../kit/undoing.ts';

/**
 * A charge's row is the fence of its step: it is written before the provider is called and settled after. A refund of a
 * charge never seen leaves its row as a tombstone (`refunding` / `voided`), which refuses the charge if it comes late.
 * What has become of the money is told by the events of `payment:<charge id>`. `fail_cause` and `fail_reason` are told
 * when a charge that nobody knows the outcome of has been undone.
 *
 * The ledger is double entry: each movement is two rows of opposite sign. `unique (charge, kind, account)` lets both the
 * charge and its refund write what the provider told them, in whichever order they finish.
 */
const CHARGE_SCHEMA = `
  create table if not exists charge (
    id text primary key,
    order_id text not null,
    amount bigint not null default 0,
    status text not null check (status in ('pending', 'captured', 'declined', 'refunding', 'refunded', 'voided')),
    updated_at timestamptz not null default now()
  );
  alter table charge add column if not exists mode text not null default 'orchestrated';
  alter table charge add column if not exists fail_cause text;
  alter table charge add column if not exists fail_reason text;
  ${undoColumns('charge')};
  create index if not exists charge_order on charge (order_id);
  create table if not exists ledger (
    seq bigserial primary key,
    charge text not null,
    order_id text not null,
    kind text not null check (kind in ('capture', 'refund')),
    account text not null,
    amount bigint not null,
    at timestamptz not null default now(),
    unique (charge, kind, account)
  );
  create index if not exists ledger_order on ledger (order_id)`;

export const PAYMENTS_SCHEMA = [
  ...[IDEMPOTENCY_SCHEMA, EVENT_STORE_SCHEMA, INBOX_SCHEMA, OUTBOX_SCHEMA, CHARGE_SCHEMA],
].join(';');
