import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { Database, isDuplicate } from './database.ts';

const SCHEMA = 'create table if not exists numbers (n integer primary key)';
const log = pino({ level: 'silent' });
const soon = { timeout: 20_000, interval: 25 };

let postgres: TestPostgres;
let url: string;
let db: Database;
let holds: (() => Promise<void>)[];
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('numbers');
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  holds = [];
  db = new Database({ url, schema: SCHEMA, log, max: 1 });
  await db.whenReady();
});
afterEach(async () => {
  for (const release of holds) await release();
  await db.close();
});

/** A transaction that keeps its connection until it is let go, after the test at the latest. */
async function hold(): Promise<() => Promise<void>> {
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const ended = db.transaction(async (tx) => {
    await tx.query('select 1');
    begun.resolve();
    await over.promise;
  });
  await begun.promise;
  const release = async () => {
    over.resolve();
    await ended;
  };
  holds.push(release);
  return release;
}
const connections = async () => {
  const [row] = await ask<{ n: number }>(
    postgres.adminUrl,
    `select count(*)::int as n from pg_stat_activity where datname = 'numbers'`,
  );
  return row?.n;
};

describe('the pool', () => {
  test('is named after its database, and grows for those who wait', async () => {
    expect([db.name, db.settings.max]).toEqual(['numbers', 1]);
    const release = await hold();
    const waiting = Promise.all([db.query('select 1'), db.query('select 1')]);
    db.configure({ max: 3 });
    await waiting;
    await release();
  });

  test('shrinks: idle connections at once, those in use when they come back', async () => {
    db.configure({ max: 4 });
    const releases = [await hold(), await hold(), await hold()];
    await db.ping();
    await expect.poll(connections, soon).toBe(4);
    db.configure({ max: 1 });
    await expect.poll(connections, soon).toBe(3);
    for (const release of releases) await release();
    await expect.poll(connections, soon).toBe(1);
    await db.ping();
  });

  test('works on after a statement that fails, inside a transaction and outside', async () => {
    await db.query('insert into numbers values (1)');
    const again = () => db.query('insert into numbers values (1)');
    await expect(again().catch(isDuplicate)).resolves.toBe(true);
    const both = db.transaction(async (tx) => {
      await tx.query('insert into numbers values (2)');
      await tx.query('insert into numbers values (1)');
    });
    await expect(both.catch(isDuplicate)).resolves.toBe(true);
    expect(await db.query('select n from numbers')).toEqual([{ n: 1 }]);
  });
});
