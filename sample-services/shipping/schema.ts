import { EVENT_STORE_SCHEMA } from '../kit/event-store/schema.ts';
import { IDEMPOTENCY_SCHEMA } from '../kit/idempotency.ts';
import { INBOX_SCHEMA } from '../kit/inbox.ts';
import { OUTBOX_SCHEMA } from '../kit/outbox/schema.ts';
import { undoColumns } from '../kit/undoing.ts';

/**
 * A shipment's row is the fence of its step: written before the carrier is called; the row of a cancellation that came
 * first is a tombstone. `fail_cause` and `fail_reason` are told when a shipment that nobody knows the outcome of has been
 * undone.
 */
const SHIPMENT_SCHEMA = `
  create table if not exists shipment (
    id text primary key,
    order_id text not null,
    status text not null check (status in ('pending', 'created', 'refused', 'cancelling', 'cancelled', 'voided')),
    tracking text,
    updated_at timestamptz not null default now()
  );
  alter table shipment add column if not exists mode text not null default 'orchestrated';
  alter table shipment add column if not exists fail_cause text;
  alter table shipment add column if not exists fail_reason text;
  ${undoColumns('shipment')};
  create index if not exists shipment_order on shipment (order_id)`;

export const SHIPPING_SCHEMA = [
  ...[IDEMPOTENCY_SCHEMA, EVENT_STORE_SCHEMA, INBOX_SCHEMA, OUTBOX_SCHEMA, SHIPMENT_SCHEMA],
].join(';');
