import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { AuditedDatabase } from './database.ts';
import { GapCursor } from './gap-cursor.ts';
import { Snapshots } from './snapshots.ts';

let postgres: TestPostgres;
let owner: string;
let database: AuditedDatabase;
let sweeps = 0;
beforeAll(async () => {
  postgres = await startTestPostgres();
  owner = await postgres.database('shop');
  await ask(owner, 'create table entry (seq bigserial primary key, word text)');
  const { shop } = await postgres.reader('auditor', ['shop']);
  database = new AuditedDatabase('shop', shop ?? '');
});
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

async function read(cursor: GapCursor, at = Date.now()): Promise<string[]> {
  const snapshots = await Snapshots.take(++sweeps, at, [database]);
  try {
    const words: string[] = [];
    await cursor.read<{ word: string }>(snapshots, (rows) => {
      words.push(...rows.map(({ word }) => word));
    });
    return words;
  } finally {
    await snapshots.close();
  }
}

/** A transaction that has written a word and waits. */
async function writing(word: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: owner });
  await client.connect();
  await client.query('begin');
  await client.query('insert into entry (word) values ($1)', [word]);
  return client;
}

async function end(client: pg.Client, how: 'commit' | 'rollback'): Promise<void> {
  await client.query(how);
  await client.end();
}

const write = (word: string) => ask(owner, 'insert into entry (word) values ($1)', [word]);

describe('a cursor over serial numbers', () => {
  test('reads a row whose transaction commits after a later one, and each row once', async () => {
    const cursor = new GapCursor('shop', 'entry', 'word');
    const late = await writing('late');
    await write('early');
    expect(await read(cursor)).toEqual(['early']);
    expect(await read(cursor)).toEqual([]);
    await end(late, 'commit');
    expect(await read(cursor)).toEqual(['late']);
    expect(await read(cursor)).toEqual([]);
  });

  test('reads a row again when nobody could make use of it', async () => {
    const cursor = new GapCursor('shop', 'entry', 'word');
    await read(cursor);
    await write('dropped');
    const snapshots = await Snapshots.take(++sweeps, Date.now(), [database]);
    const dropped = cursor.read(snapshots, () => {
      throw new Error('no use for it');
    });
    await expect(dropped).rejects.toThrow('no use for it');
    await snapshots.close();
    expect(await read(cursor)).toEqual(['dropped']);
    expect(await read(cursor)).toEqual([]);
  });

  test('gives up a number that was rolled back, and reads on', async () => {
    const cursor = new GapCursor('shop', 'entry', 'word');
    await read(cursor);
    await end(await writing('never'), 'rollback');
    await write('after');
    expect(await read(cursor)).toEqual(['after']);
    expect(await read(cursor, Date.now() + 3_600_000)).toEqual([]);
    await write('more');
    expect(await read(cursor)).toEqual(['more']);
  });
});

describe("the auditor's role", () => {
  test('can write nothing, and reads tables that were made after it', async () => {
    const { shop } = await postgres.reader('auditor', ['shop']);
    await ask(owner, 'create table later (n int)');
    expect(await ask(shop ?? '', 'select * from later')).toEqual([]);
    for (const text of ['insert into later values (1)', 'create table mine (n int)', 'drop table later']) {
      await expect(ask(shop ?? '', text), text).rejects.toThrow(/read-only|permission denied/);
      const forced = `set default_transaction_read_only = off; begin read write; ${text}; commit`;
      await expect(ask(shop ?? '', forced), forced).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  test('can connect to no other database', async () => {
    const { shop } = await postgres.reader('auditor', ['shop']);
    await postgres.database('private');
    await expect(ask((shop ?? '').replace(/shop$/, 'private'), 'select 1')).rejects.toThrow(
      /permission denied/,
    );
  });
});

describe('a snapshot', () => {
  test('shows its moment, whatever is written afterwards', async () => {
    const snapshots = await Snapshots.take(++sweeps, Date.now(), [database]);
    await write('after the snapshot');
    const rows = await snapshots.rows('shop', `select 1 from entry where word = 'after the snapshot'`);
    await snapshots.close();
    expect(rows).toEqual([]);
  });

  test('of a database that is away is told as such, and taken again when it is back', async () => {
    const admin = (text: string) => ask(postgres.adminUrl, text);
    await admin('alter database shop allow_connections false');
    await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop'`);
    const away = await Snapshots.take(++sweeps, Date.now(), [database]);
    await expect(away.rows('shop', 'select 1')).rejects.toThrow(/shop cannot be read/);
    await away.close();
    await admin('alter database shop allow_connections true');
    const back = await Snapshots.take(++sweeps, Date.now(), [database]);
    expect(await back.rows('shop', 'select 1 as one')).toEqual([{ one: 1 }]);
    await back.close();
  });
});
