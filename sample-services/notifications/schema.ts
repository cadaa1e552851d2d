import { EVENT_STORE_SCHEMA } from '../kit/event-store/schema.ts';
import { INBOX_SCHEMA } from '../kit/inbox.ts';
import { OUTBOX_SCHEMA } from '../kit/outbox/schema.ts';

/** `notice`: one for each channel of each settled order. `version` counts what was told about it as events. */
export const NOTIFICATIONS_SCHEMA = `${INBOX_SCHEMA}; ${OUTBOX_SCHEMA}; ${EVENT_STORE_SCHEMA};
  create table if not exists notice (
    message_id text not null,
    channel text not null,
    order_id text not null,
    subject text not null,
    status text not null default 'pending' check (status in ('pending', 'sent', 'failed')),
    reason text not null default '',
    version int not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (message_id, channel)
  );
  create index if not exists notice_order on notice (order_id)`;
