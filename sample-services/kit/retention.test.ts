import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ask, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { Database } from './database.ts';
import { IDEMPOTENCY_SCHEMA, OLD_KEYS } from './idempotency.ts';
import { INBOX_SCHEMA, OLD_MARKS, wasHandled } from './inbox.ts';
import { OUTBOX_SCHEMA, SENT_MESSAGES } from './outbox/schema.ts';
import { BATCH, forgetSome, startRetention } from './retention.ts';

const log = pino({ level: 'silent' });
const schema = [INBOX_SCHEMA, IDEMPOTENCY_SCHEMA, OUTBOX_SCHEMA].join(';');
let postgres: TestPostgres;
let url: string;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('old');
  db = new Database({ url, schema, log });
  await db.whenReady();
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});

const names = async (table: string, column: string) =>
  (await ask<{ name: string }>(url, `select ${column} as name from ${table} order by 1`)).map(
    ({ name }) => name,
  );

test('a mark is forgotten when nobody could bring its message again, and not a day before', async () => {
  await ask(
    url,
    `insert into inbox (message_id, consumer, handled_at)
     select 'days-' || n, 'me', now() - make_interval(days => n) from unnest(array[0, 7, 9]) n`,
  );
  expect(await forgetSome(db, OLD_MARKS)).toBe(1);
  expect(await names('inbox', 'message_id')).toEqual(['days-0', 'days-7']);
  expect(await wasHandled(db, 'days-7', 'me')).toBe(true);
});

test('a key is forgotten after a week, unless its request runs', async () => {
  await ask(
    url,
    `insert into idempotency (scope, key, payload_hash, created_at, locked_until)
     values ('s', 'young', '', now() - interval '6 days', now()), ('s', 'old', '', now() - interval '8 days', now()),
       ('s', 'running', '', now() - interval '8 days', now() + interval '1 hour')`,
  );
  await forgetSome(db, OLD_KEYS);
  expect(await names('idempotency', 'key')).toEqual(['running', 'young']);
});

test('a message is forgotten an hour after it was sent, and never before it was', async () => {
  await ask(
    url,
    `insert into outbox (id, queue, name, payload, conversation_id, headers, created_at, sent_at)
     select gen_random_uuid(), 'q', name, '{}', '', '{}', now() - interval '2 days', sent_at from (values
       ('unsent', null), ('late', now()), ('sent', now() - interval '2 hours')) message (name, sent_at)`,
  );
  await forgetSome(db, SENT_MESSAGES);
  expect(await names('outbox', 'name')).toEqual(['late', 'unsent']);
});

test('however many rows are over, they go in steps that a statement has time for', async () => {
  await ask(
    url,
    `insert into inbox (message_id, consumer, handled_at)
     select 'many-' || n, 'me', now() - interval '1 year' from generate_series(1, ${2 * BATCH + 1}) n`,
  );
  expect(await forgetSome(db, OLD_MARKS)).toBe(BATCH);
  const retention = startRetention(db, log, [OLD_MARKS, OLD_KEYS]);
  await vi.waitFor(async () => expect(await names('inbox', 'message_id')).toEqual(['days-0', 'days-7']), {
    timeout: 30_000,
  });
  await retention.stop();
});
