import type { DatabaseSync } from 'node:sqlite';
import { DashboardEvent, Delivery, Webhook } from '@stormglass/chaos/contract';
import { z } from 'zod';
import { bodies, body } from './rows.ts';

const KEEP_MS = 90 * 86_400_000;
/** Of the feed, however young they are. */
const KEEP_EVENTS = 100_000;
/** Of each webhook. */
const KEEP_DELIVERIES = 200;

/** A webhook with the key that is never shown. */
export const KeptWebhook = Webhook.extend({ secret: z.string() });
export type KeptWebhook = z.infer<typeof KeptWebhook>;

/** The feed of events: only added to; with each new one goes what is older than 90 days, and all but the newest 100,000. */
export interface EventRecords {
  add(event: Omit<DashboardEvent, 'seq'>): DashboardEvent;
  /** The oldest first. */
  after(seq: number, limit: number): DashboardEvent[];
  /** The one after `skip` others of those types; of all types where none is named. */
  wanted(seq: number, types: readonly string[], skip: number): DashboardEvent | null;
  /** How many of those types there are. */
  count(seq: number, types: readonly string[]): number;
  /** Number of the newest; 0 before the first. */
  newest(): number;
}

export function eventRecords(db: DatabaseSync): EventRecords {
  const add = db.prepare('INSERT INTO events (at, body) VALUES (?, ?)');
  const after = db.prepare('SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?');
  const of = `FROM events
    WHERE seq > ?1 AND (?2 = '[]' OR json_extract(body, '$.type') IN (SELECT value FROM json_each(?2)))`;
  const wanted = db.prepare(`SELECT seq, body ${of} ORDER BY seq LIMIT 1 OFFSET ?3`);
  const count = db.prepare(`SELECT count(*) AS count ${of}`);
  const newest = db.prepare('SELECT max(seq) AS seq FROM events');
  const trim = db.prepare('DELETE FROM events WHERE at < ?1 OR seq <= ?2');
  return {
    add: (event) => {
      const seq = Number(add.run(event.at, JSON.stringify(event)).lastInsertRowid);
      trim.run(event.at - KEEP_MS, seq - KEEP_EVENTS);
      return { ...event, seq };
    },
    after: (seq, limit) => after.all(seq, limit).map(eventOf),
    wanted: (seq, types, skip) => {
      const row = wanted.get(seq, JSON.stringify(types), skip);
      return row ? eventOf(row) : null;
    },
    count: (seq, types) => Number(count.get(seq, JSON.stringify(types))?.count ?? 0),
    newest: () => Number(newest.get()?.seq ?? 0),
  };
}

const Kept = DashboardEvent.omit({ seq: true });
const eventOf = (row: Parameters<typeof body>[0]): DashboardEvent => ({
  ...body(row, Kept),
  seq: Number(row.seq),
});

/** Webhooks and the log of their deliveries. */
export interface WebhookRecords {
  save(webhook: KeptWebhook): void;
  remove(id: string): boolean;
  all(): KeptWebhook[];
  log(delivery: Delivery): void;
  /** Newest first. */
  deliveries(id: string, limit: number): Delivery[];
}

export function webhookRecords(db: DatabaseSync): WebhookRecords {
  const save = db.prepare(
    `INSERT INTO webhooks (id, created_at, body) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  );
  const remove = db.prepare('DELETE FROM webhooks WHERE id = ?');
  const all = db.prepare('SELECT body FROM webhooks ORDER BY created_at');
  const log = db.prepare('INSERT INTO deliveries (webhook_id, body) VALUES (?, ?)');
  const cut = db.prepare(
    `DELETE FROM deliveries WHERE webhook_id = ?1 AND id <=
       (SELECT id FROM deliveries WHERE webhook_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${KEEP_DELIVERIES})`,
  );
  const deliveries = db.prepare('SELECT body FROM deliveries WHERE webhook_id = ? ORDER BY id DESC LIMIT ?');
  return {
    save: (webhook) => {
      save.run(webhook.id, webhook.createdAt, JSON.stringify(webhook));
    },
    remove: (id) => remove.run(id).changes > 0,
    all: () => bodies(all.all(), KeptWebhook),
    log: (delivery) => {
      log.run(delivery.webhookId, JSON.stringify(delivery));
      cut.run(delivery.webhookId);
    },
    deliveries: (id, limit) => bodies(deliveries.all(id, limit), Delivery),
  };
}
