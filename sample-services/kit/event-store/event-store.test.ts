import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ask, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { Database, type Sql } from '../database.ts';
import { appendEvents, type ExpectedVersion, VersionClash } from './append.ts';
import { readFeed } from './feed.ts';
import { type Fold, keepSnapshot, readFolded, readManyFolded, readStream } from './fold.ts';
import { EVENT_STORE_SCHEMA } from './schema.ts';

const log = pino({ level: 'silent' });
const soon = { timeout: 20_000, interval: 25 };

let postgres: TestPostgres;
let url: string;
let neighbour: string;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('store');
  neighbour = await postgres.database('neighbour');
  db = new Database({ url, schema: EVENT_STORE_SCHEMA, log, max: 12 });
  await db.whenReady();
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});

const added = (n: number) => ({ type: 'ADDED', data: { n } });
const add = (sql: Sql, stream: string, expected: ExpectedVersion, ...numbers: number[]) =>
  appendEvents(sql, { stream, expected, meta: { about: stream }, events: numbers.map(added) });

const Sum = z.object({ sum: z.number() });
/** A sum; a snapshot after each ten events. */
const SUM: Fold<{ sum: number }> = {
  name: 'sum',
  empty: { sum: 0 },
  apply: (state, event) => ({ sum: state.sum + z.object({ n: z.number() }).parse(event.data).n }),
  restore: (json) => Sum.parse(json),
  snapshotEvery: 10,
};

/** A transaction that has written and waits for its end to be told. */
async function openTransaction(write: (tx: Sql) => Promise<unknown>) {
  const gate = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const ended = db.transaction(async (tx) => {
    await write(tx);
    written.resolve();
    await gate.promise;
  });
  await Promise.race([written.promise, ended]);
  return {
    commit: () => {
      gate.resolve();
      return ended;
    },
    rollback: () => {
      gate.reject(new Error('given up'));
      return ended.catch(() => undefined);
    },
  };
}

describe('a stream', () => {
  test('numbers its events from 1 and gives them back in order', async () => {
    const stream = randomUUID();
    await add(db, stream, 0, 5, 6);
    const [third] = await add(db, stream, 2, 7);
    expect(third).toMatchObject({
      stream,
      version: 3,
      type: 'ADDED',
      data: { n: 7 },
      meta: { about: stream },
    });
    const events = await readStream(db, stream);
    expect(events.map(({ version, data }) => [version, data])).toEqual([
      [1, { n: 5 }],
      [2, { n: 6 }],
      [3, { n: 7 }],
    ]);
  });

  test('takes an event from one only of many who have seen the same version', async () => {
    const stream = randomUUID();
    await add(db, stream, 0, 0);
    const writers = Array.from({ length: 20 }, (_, n) => add(db, stream, 1, n, n));
    const ended = await Promise.allSettled(writers);
    expect(ended.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    for (const each of ended) {
      if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(VersionClash);
    }
    expect((await readStream(db, stream)).map((event) => event.version)).toEqual([1, 2, 3]);
  });

  test('loses no event of writers who read again after a clash', async () => {
    const stream = randomUUID();
    const once = async (n: number): Promise<void> => {
      const { version } = await readFolded(db, SUM, stream);
      await add(db, stream, version, n).catch((error: unknown) => {
        if (!(error instanceof VersionClash)) throw error;
        return once(n);
      });
    };
    await Promise.all(Array.from({ length: 15 }, (_, n) => once(n)));
    expect(await readFolded(db, SUM, stream)).toEqual({ stream, state: { sum: 105 }, version: 15 });
  });

  test('refuses a version which it has not reached: there are no gaps', async () => {
    const stream = randomUUID();
    await expect(add(db, stream, 3, 1)).rejects.toMatchObject({ name: 'VersionClash', stream, expected: 3 });
    expect(await readStream(db, stream)).toEqual([]);
  });

  test('goes on wherever it stands for whoever locked its row: no version twice, none left out', async () => {
    const stream = randomUUID();
    await db.query('create table if not exists aggregate (id text primary key, changes int not null)');
    await db.query('insert into aggregate values ($1, 0)', [stream]);
    const change = (n: number) =>
      db.transaction(async (tx) => {
        await tx.query('update aggregate set changes = changes + 1 where id = $1', [stream]);
        await add(tx, stream, 'any', n, n);
      });
    await Promise.all(Array.from({ length: 10 }, (_, n) => change(n)));
    const versions = (await readStream(db, stream)).map((event) => event.version);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  test('keeps nothing of a transaction which met a clash', async () => {
    const [stream, other] = [randomUUID(), randomUUID()];
    await add(db, stream, 0, 1);
    const clashing = db.transaction(async (tx) => {
      await add(tx, other, 0, 1);
      await add(tx, stream, 0, 2);
    });
    await expect(clashing).rejects.toBeInstanceOf(VersionClash);
    expect(await readStream(db, other)).toEqual([]);
  });
});

describe('the past', () => {
  test('is read up to any version or instant, with and without snapshots', async () => {
    const stream = randomUUID();
    const sums: { sum: number; at: Date }[] = [];
    for (let n = 1; n <= 25; n++) {
      const [event] = await add(db, stream, n - 1, n);
      await keepSnapshot(db, SUM, stream, { from: n - 1, to: n });
      sums.push({ sum: (n * (n + 1)) / 2, at: event?.at ?? new Date(0) });
    }
    const kept = await ask<{ version: number }>(
      url,
      'select version from snapshot where stream = $1 order by 1',
      [stream],
    );
    expect(kept).toEqual([{ version: 10 }, { version: 20 }]);
    for (const [i, { sum, at }] of sums.entries()) {
      const version = i + 1;
      expect(await readFolded(db, SUM, stream, { version })).toEqual({ stream, state: { sum }, version });
      // Several events may share a millisecond: the instant then means the last of them.
      const last = sums.findLast((each) => each.at.getTime() === at.getTime());
      expect((await readFolded(db, SUM, stream, { at })).state.sum).toBe(last?.sum);
    }
    expect((await readFolded(db, SUM, stream, { at: new Date(0) })).version).toBe(0);
    expect(await readManyFolded(db, SUM, [stream])).toEqual([{ stream, state: { sum: 325 }, version: 25 }]);
  });

  test('is begun at the newest snapshot of this fold, and of no other', async () => {
    const stream = randomUUID();
    await add(db, stream, 0, ...Array.from({ length: 10 }, () => 1));
    await keepSnapshot(db, SUM, stream, { from: 0, to: 10 });
    await ask(url, `update snapshot set state = '{"sum": 1000}' where stream = $1`, [stream]);
    expect((await readFolded(db, SUM, stream)).state.sum).toBe(1_000);
    expect((await readFolded(db, { ...SUM, name: 'sum, better' }, stream)).state.sum).toBe(10);
  });
});

describe('the feed', () => {
  /** Reads on from `after` until a page brings nothing new. */
  async function readAll(after: number): Promise<{ ids: string[]; next: number }> {
    const ids: string[] = [];
    for (let next = after; ; ) {
      const page = await readFeed(db, next, 7);
      ids.push(...page.events.map((event) => event.id));
      if (page.events.length === 0) return { ids, next: page.next };
      next = page.next;
    }
  }

  test('does not pass by an event whose transaction commits late', async () => {
    const { next: start } = await readAll(0);
    const slow = await openTransaction((tx) => add(tx, randomUUID(), 0, 1));
    const early = await add(db, randomUUID(), 0, 2);
    const held = await readAll(start);
    expect(held.ids).toEqual([]);
    await slow.commit();
    const after = await readAll(held.next);
    expect(after.ids).toHaveLength(2);
    expect(after.ids.at(-1)).toBe(early[0]?.id);
  });

  test('goes on over numbers whose transaction was rolled back', async () => {
    const { next: start } = await readAll(0);
    const doomed = await openTransaction((tx) => add(tx, randomUUID(), 0, 1));
    const [kept] = await add(db, randomUUID(), 0, 2);
    await doomed.rollback();
    expect((await readAll(start)).ids).toEqual([kept?.id]);
  });

  test('is not held up by transactions elsewhere: in another database, or of readers here', async () => {
    const { next: start } = await readAll(0);
    const elsewhere = new Database({ url: neighbour, schema: EVENT_STORE_SCHEMA, log });
    await elsewhere.whenReady();
    const gate = Promise.withResolvers<void>();
    const busy = [elsewhere, db].map((each) =>
      each.transaction(async (tx) => {
        await tx.query('create temporary table mine (n int) on commit drop');
        if (each === elsewhere) await add(tx, 'theirs', 0, 1);
        await gate.promise;
      }),
    );
    const [mine] = await add(db, randomUUID(), 0, 1);
    expect((await readAll(start)).ids).toEqual([mine?.id]);
    gate.resolve();
    await Promise.all(busy);
    await elsewhere.close();
  });

  test('gives each event once to a reader who reads while many write', async () => {
    const { next: start } = await readAll(0);
    const seen: string[] = [];
    let next = start;
    let writing = true;
    const reading = (async () => {
      for (let [over, idle] = [false, false]; !over || !idle; ) {
        // A page that was begun before the last commit may be empty and not the last.
        over = !writing;
        const page = await readFeed(db, next, 20);
        idle = page.events.length === 0;
        seen.push(...page.events.map((event) => event.id));
        next = page.next;
      }
    })();
    const written: string[] = [];
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; round < 25; round++) {
        const work = db.transaction(async (tx) => {
          const events = await add(tx, randomUUID(), 0, writer, round);
          // Numbers drawn in one order commit in another.
          await tx.query('select pg_sleep($1)', [((writer * 7 + round) % 5) / 1_000]);
          if (round % 5 === 4) throw new Error('rolled back');
          return events.map((event) => event.id);
        });
        written.push(...(await work.catch(() => [])));
      }
    });
    await Promise.all(writers);
    writing = false;
    await reading;
    await vi.waitFor(() => expect(seen).toHaveLength(written.length), soon);
    expect([...seen].sort()).toEqual([...written].sort());
  }, 120_000);
});
