import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { Database } from './database.ts';

const log = pino({ level: 'silent' });
/** Longer than any statement of a service may take. */
const LONG_SECONDS = 5.5;

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

describe('a database', () => {
  test('of an earlier version is brought up to date though that takes longer than a statement may', async () => {
    const schema = `create table if not exists moved (n int); select pg_sleep(${LONG_SECONDS}); insert into moved values (1)`;
    const db = new Database({ url: await postgres.database('large'), schema, log });
    await db.whenReady();
    expect(await db.query('select n from moved')).toEqual([{ n: 1 }]);
    await expect(db.query(`select pg_sleep(${LONG_SECONDS})`)).rejects.toMatchObject({ code: 'unavailable' });
    await db.close();
  });

  test('does after a commit what was asked for, and nothing after a rollback', async () => {
    const db = new Database({ url: await postgres.database('after'), schema: 'select 1', log });
    await db.whenReady();
    const done: string[] = [];
    await db.transaction(async (tx) => {
      tx.afterCommit(() => done.push('first'));
      tx.afterCommit(() => {
        throw new Error('whose failure is nobody else’s');
      });
      tx.afterCommit(() => done.push('last'));
      expect(done).toEqual([]);
    });
    const rolledBack = db.transaction(async (tx) => {
      tx.afterCommit(() => done.push('never'));
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(done).toEqual(['first', 'last']);
    await db.close();
  });
});
