import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { Database } from './database.ts';
import { ShopError } from './errors.ts';
import { IDEMPOTENCY_SCHEMA, idempotent, payloadHash, type Reply, requireKey } from './idempotency.ts';
import { setProtection } from './protections.ts';

let postgres: TestPostgres;
let db: Database;
let runs: number;
beforeAll(async () => {
  postgres = await startTestPostgres();
  const url = await postgres.database('keys');
  db = new Database({ url, schema: IDEMPOTENCY_SCHEMA, log: pino({ level: 'silent' }) });
  await db.whenReady();
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});
beforeEach(() => {
  runs = 0;
});

const request = (key: string, payload: unknown = { amount: 1 }, scope = '/charges') => ({
  scope,
  key,
  payload,
});
const replying = (reply: Reply) => async () => {
  runs++;
  return reply;
};
const made = replying({ status: 201, body: { charge: 'c' } });

describe('an Idempotency-Key', () => {
  test('that is missing is refused with 400', () => {
    expect(() => requireKey(undefined)).toThrow(expect.objectContaining({ status: 400 }));
    expect(() => requireKey('x'.repeat(256))).toThrow(expect.objectContaining({ status: 400 }));
    expect(requireKey('k')).toBe('k');
  });

  test('replays the finished reply without doing the work again', async () => {
    const first = await idempotent(db, request('replay'), made);
    const second = await idempotent(db, request('replay'), made);
    expect([first, second]).toEqual([
      { status: 201, body: { charge: 'c' } },
      { status: 201, body: { charge: 'c' } },
    ]);
    expect(runs).toBe(1);
  });

  test('is not looked at while the protection is off: the work is done again', async () => {
    setProtection('idempotency-keys', false);
    try {
      await idempotent(db, request('unprotected'), made);
      await idempotent(db, request('unprotected'), made);
    } finally {
      setProtection('idempotency-keys', true);
    }
    expect(runs).toBe(2);
  });

  test('with another payload is refused with 422, in another order of fields it is the same payload', async () => {
    await idempotent(db, request('mismatch', { a: 1, b: { c: 2, d: 3 } }), made);
    const changed = idempotent(db, request('mismatch', { a: 2, b: { c: 2, d: 3 } }), made);
    await expect(changed).rejects.toMatchObject({ status: 422, code: 'idempotency_mismatch' });
    await idempotent(db, request('mismatch', { b: { d: 3, c: 2 }, a: 1 }), made);
    expect(runs).toBe(1);
    expect(payloadHash({ a: 1, b: 2 })).toBe(payloadHash({ b: 2, a: 1 }));
  });

  test('whose request still runs is refused with 409', async () => {
    let finish = (_reply: Reply) => {};
    const running = idempotent(
      db,
      request('running'),
      () =>
        new Promise((resolve) => {
          runs++;
          finish = resolve;
        }),
    );
    await expect.poll(() => runs).toBe(1);
    const second = idempotent(db, request('running'), made);
    await expect(second).rejects.toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    finish({ status: 201, body: null });
    expect(await running).toMatchObject({ status: 201 });
    expect(runs).toBe(1);
  });

  test('stores a business refusal, for it would be refused again', async () => {
    const refuse = async () => {
      runs++;
      throw new ShopError('card_declined', 'declined', 'Pay with another card.');
    };
    expect(await idempotent(db, request('refused'), refuse)).toMatchObject({ status: 402 });
    expect(await idempotent(db, request('refused'), refuse)).toMatchObject({ status: 402 });
    expect(runs).toBe(1);
  });

  test('never stores a failure: the next attempt really tries', async () => {
    const fail = async (): Promise<Reply> => {
      runs++;
      throw new Error('disk on fire');
    };
    await expect(idempotent(db, request('failed'), fail)).rejects.toThrow('disk on fire');
    await idempotent(db, request('failed'), replying({ status: 503, body: null }));
    expect(await idempotent(db, request('failed'), made)).toMatchObject({ status: 201 });
    expect(runs).toBe(3);
  });

  test('of one route means nothing on another', async () => {
    await idempotent(db, request('shared', 1, '/charges'), made);
    await idempotent(db, request('shared', 2, '/refunds'), made);
    expect(runs).toBe(2);
  });

  test('has one reply: of two that worked under it at last, the first to finish is answered to both', async () => {
    let finish = (_reply: Reply) => {};
    const slow = idempotent(db, request('slow'), () => new Promise((resolve) => (finish = resolve)));
    const over = `update idempotency set locked_until = now() - interval '1 second' where key = 'slow' returning key`;
    await expect.poll(() => db.query(over)).toHaveLength(1);
    expect(await idempotent(db, request('slow'), made)).toMatchObject({ status: 201 });
    finish({ status: 409, body: { error: 'too late' } });
    expect(await slow).toEqual({ status: 201, body: { charge: 'c' } });
    expect(await idempotent(db, request('slow'), made)).toEqual(await slow);
  });

  test('is taken over from a process that died in the middle', async () => {
    await db.query(
      `insert into idempotency (scope, key, payload_hash, locked_until) values ('/charges', 'orphan', $1, now())`,
      [payloadHash({ amount: 1 })],
    );
    expect(await idempotent(db, request('orphan'), made)).toMatchObject({ status: 201 });
  });
});
