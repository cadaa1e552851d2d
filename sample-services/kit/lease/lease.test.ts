import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ask, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { Database } from '../database.ts';
import { setProtection } from '../protections.ts';
import { Leadership } from './leadership.ts';
import { acquireLease, type Held, LEASE_SCHEMA, releaseLease, renewLease, whileHeld } from './lease.ts';
import { withLock } from './lock.ts';

const log = pino({ level: 'silent' });
const soon = { timeout: 15_000, interval: 20 };
const LONG_MS = 600_000;

let postgres: TestPostgres;
let url: string;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('leases');
  db = new Database({
    url,
    schema: `${LEASE_SCHEMA}; create table if not exists written (epoch int)`,
    log,
    max: 10,
  });
  await db.whenReady();
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});

const claimant = (owner: string, instance: string | null = null) => ({ owner, instance });
const expire = (name: string) => ask(url, 'update lease set expires_at = now() where name = $1', [name]);

describe('a lease', () => {
  test('goes to one of many who want it at once', async () => {
    const wants = Array.from({ length: 12 }, (_, n) => acquireLease(db, 'one', claimant(`w${n}`), LONG_MS));
    const got = (await Promise.all(wants)).filter((held) => held !== null);
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ name: 'one', epoch: 1 });
  });

  test('goes on with the next epoch when it is over, and its former owner cannot renew it', async () => {
    const first = await acquireLease(db, 'two', claimant('a'), LONG_MS);
    expect(await acquireLease(db, 'two', claimant('b'), LONG_MS)).toBeNull();
    await expire('two');
    const second = await acquireLease(db, 'two', claimant('b'), LONG_MS);
    expect(second?.epoch).toBe(2);
    expect(first && (await renewLease(db, first, LONG_MS))).toBe(false);
    if (first) await releaseLease(db, first);
    expect(await acquireLease(db, 'two', claimant('c'), LONG_MS)).toBeNull();
  });

  test('of a former life of the same instance is over at once', async () => {
    await acquireLease(db, 'three', claimant('orders-1/old', 'orders-1'), LONG_MS);
    expect(await acquireLease(db, 'three', claimant('orders-2/x', 'orders-2'), LONG_MS)).toBeNull();
    expect((await acquireLease(db, 'three', claimant('orders-1/new', 'orders-1'), LONG_MS))?.epoch).toBe(2);
  });
});

describe('a write under a lease', () => {
  /** Gives whether it wrote; `after` runs before the commit. */
  const write = (held: Held, after = async () => {}) =>
    db.transaction(async (tx) => {
      const { condition, values } = whileHeld(held, 2);
      const written = await tx.query(
        `insert into written select $1::int where ${condition} returning epoch`,
        [held.epoch, ...values],
      );
      await after();
      return written.length > 0;
    });

  test('is refused once another has it, and is not refused with fencing taken away', async () => {
    const stale = await acquireLease(db, 'four', claimant('a'), LONG_MS);
    await expire('four');
    await acquireLease(db, 'four', claimant('b'), LONG_MS);
    if (!stale) throw new Error('nobody else wanted it');
    expect(await write(stale)).toBe(false);
    setProtection('fencing', false);
    expect(await write(stale)).toBe(true);
    setProtection('fencing', true);
    expect(await ask(url, 'select epoch from written')).toEqual([{ epoch: 1 }]);
  });

  test('that has begun is wholly before a takeover: nobody writes under an old epoch after a new one', async () => {
    const held = await acquireLease(db, 'five', claimant('a'), LONG_MS);
    if (!held) throw new Error('nobody else wanted it');
    await expire('five');
    let taken = false;
    let taking: Promise<unknown> = Promise.resolve();
    await write(held, async () => {
      taking = acquireLease(db, 'five', claimant('b'), LONG_MS).then(() => {
        taken = true;
      });
      await vi.waitFor(async () => {
        const waiting = await ask(url, `select 1 from pg_stat_activity where wait_event_type = 'Lock'`);
        expect(waiting).toHaveLength(1);
      }, soon);
      expect(taken).toBe(false);
    });
    await taking;
    expect(taken).toBe(true);
  });
});

describe('leadership', () => {
  test('is one process at a time; a leader cut off from its database knows when its time is over', async () => {
    const own = new Database({ url, schema: LEASE_SCHEMA, log });
    const options = { name: 'led', instanceIsStable: false, log, ttlMs: 1_000 };
    const first = new Leadership({ ...options, db: own, instance: 'first' });
    await vi.waitFor(() => expect(first.held).not.toBeNull(), soon);
    const second = new Leadership({ ...options, db, instance: 'second' });
    await own.close();
    await vi.waitFor(() => expect(second.held).not.toBeNull(), soon);
    // By its own clock, before it can have heard of anybody else.
    expect(first.held).toBeNull();
    expect(second.held?.epoch).toBe(2);
    await first.stop();
    await second.stop();
  });
});

describe('a lock', () => {
  test('lets one in at a time and is free again after the work, however that ended', async () => {
    let inside = 0;
    const most: number[] = [];
    const enter = () =>
      withLock({ db, name: 'door', log }, async () => {
        most.push(++inside);
        await db.query('select pg_sleep(0.01)');
        inside--;
        return 'done';
      });
    const ended = await Promise.all(Array.from({ length: 8 }, enter));
    expect(ended.filter((each) => each === 'done').length).toBeGreaterThanOrEqual(1);
    expect(Math.max(...most)).toBe(1);
    await expect(withLock({ db, name: 'door', log }, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await enter()).toBe('done');
  });

  test('tells the work when it is lost', async () => {
    const aborted = await withLock({ db, name: 'stolen', log, ttlMs: 500 }, async (_held, signal) => {
      await ask(url, `update lease set owner = 'thief', epoch = epoch + 1 where name = 'stolen'`);
      await vi.waitFor(() => expect(signal.aborted).toBe(true), soon);
      return signal.aborted;
    });
    expect(aborted).toBe(true);
  });
});
