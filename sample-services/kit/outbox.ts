import { randomUUID } from 'node:crypto';
import { injectContext } from '@stormglass/agents/node';
import type { Broker, QueueDefinition } from './broker/port.ts';
import { crashPoint } from './crash.ts';
import type { Database, Sql, Tx } from './database.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';

/** One row for each queue a message goes to, under the same id. */
export const OUTBOX_SCHEMA = `
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
  create unique index if not exists outbox_message on outbox (id, queue);
  create index if not exists outbox_unsent on outbox (seq) where sent_at is null`;

export interface OutgoingMessage {
  /** The message's id on each of its queues; a new one when absent. */
  id?: string;
  name: string;
  payload: unknown;
  conversationId: string;
}

/**
 * Writes a message to one or several queues inside the caller's transaction, with the trace context of the moment: it is
 * published if and only if that transaction commits. Gives its id.
 */
export async function appendOutbox(
  tx: Tx,
  to: QueueDefinition | readonly QueueDefinition[],
  message: OutgoingMessage,
): Promise<string> {
  const { id = randomUUID(), name, payload, conversationId } = message;
  const queues = [to].flat().map((queue) => queue.name);
  if (queues.length === 0) return id;
  await tx.query(
    `insert into outbox (id, queue, name, payload, conversation_id, headers)
     select $1, queue, $3, $4, $5, $6 from unnest($2::text[]) queue`,
    [id, queues, name, JSON.stringify(payload), conversationId, JSON.stringify(injectContext())],
  );
  tx.afterCommit(() => nudgeRelays(tx.database));
  return id;
}

/** Relays of this process, by the database whose outbox they empty. */
const relays = new WeakMap<Database, Set<Loop>>();

function nudgeRelays(db: Database): void {
  for (const relay of relays.get(db) ?? []) relay.nudge();
}

interface OutboxRow {
  seq: string;
  id: string;
  queue: string;
  name: string;
  payload: unknown;
  conversation_id: string;
  headers: Record<string, string>;
}

const BATCH = 50;
/** Sent rows are kept for inspection; older ones go. */
const KEEP_SENT = '1 hour';
/** A round without being nudged, ms: what a crash left behind waits no longer. */
const POLL_MS = 1_000;
const SWEEP_ROUNDS = 600;

/**
 * Publishes committed rows. Unsent rows are taken with `for update skip locked` and flagged after the broker confirmed:
 * a cursor over `seq` would lose a row whose transaction commits late. A crash in between publishes again under the same
 * id, which broker and inbox recognise.
 */
export function startOutboxRelay(options: {
  db: Database;
  broker: Broker;
  queues: readonly QueueDefinition[];
  log: Log;
}): Loop {
  const { db, broker, log } = options;
  let round = 0;
  const queues = new Map(options.queues.map((queue) => [queue.name, queue]));
  const relay = startLoop({
    name: 'outbox relay',
    intervalMs: POLL_MS,
    log,
    run: async () => {
      await db.whenReady();
      if (round++ % SWEEP_ROUNDS === 0) {
        await db.query(`delete from outbox where sent_at < now() - interval '${KEEP_SENT}'`);
      }
      return (await db.transaction((tx) => publishBatch(tx, broker, queues))) === BATCH;
    },
  });
  const ours = relays.get(db) ?? new Set();
  relays.set(db, ours.add(relay));
  return {
    nudge: () => relay.nudge(),
    stop: () => {
      ours.delete(relay);
      return relay.stop();
    },
  };
}

async function publishBatch(tx: Sql, broker: Broker, queues: Map<string, QueueDefinition>): Promise<number> {
  const rows = await tx.query<OutboxRow>(
    `select seq, id, queue, name, payload, conversation_id, headers from outbox
     where sent_at is null order by seq limit ${BATCH} for update skip locked`,
  );
  if (rows.length === 0) return 0;
  await Promise.all(
    rows.map((row) => {
      const queue = queues.get(row.queue);
      if (!queue) throw new Error(`outbox row ${row.id} names the unknown queue ${row.queue}`);
      return broker.publish(queue, {
        id: row.id,
        name: row.name,
        payload: row.payload,
        conversationId: row.conversation_id,
        headers: row.headers,
      });
    }),
  );
  crashPoint('relay:after-publish');
  await tx.query('update outbox set sent_at = now() where seq = any($1)', [rows.map((row) => row.seq)]);
  return rows.length;
}
