import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Heard } from '../events/listen.ts';
import type { ShopEventOf } from '../events/shop-event.ts';
import { actionKey } from '../events/steps.ts';
import { Database } from '../kit/database.ts';
import { setProtection } from '../kit/protections.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { INVENTORY_HANDLERS } from './choreography.ts';
import { commandRelease as release, commandReserve as reserve } from './commands.ts';
import { INVENTORY_SCHEMA } from './schema.ts';

let postgres: TestPostgres;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres();
  db = new Database({
    url: await postgres.database('inventory'),
    schema: INVENTORY_SCHEMA,
    log: pino({ level: 'silent' }),
  });
  await db.whenReady();
  await db.query(`insert into stock values ('rare', 5, 5, 0)`);
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});

const wish = (quantity: number) => ({ orderId: 'o', sku: 'rare', quantity });
const stock = async () => {
  const [row] = await db.query<{ a: number; r: number }>(
    `select available::int as a, reserved::int as r from stock where sku = 'rare'`,
  );
  return row;
};

describe('stock', () => {
  test('is never oversold, however many want the last piece at once', async () => {
    const wants = Array.from({ length: 20 }, () => reserve(db, randomUUID(), wish(1)));
    const got = (await Promise.allSettled(wants)).filter((result) => result.status === 'fulfilled');
    expect(got).toHaveLength(5);
    expect(await stock()).toEqual({ a: 0, r: 5 });
    await db.query(`update reservation set status = 'released'`);
    await db.query(`update stock set available = 5, reserved = 0 where sku = 'rare'`);
  });

  test('is taken once and given back once for one reservation, however often it is asked for', async () => {
    const id = randomUUID();
    await Promise.all([reserve(db, id, wish(2)), reserve(db, id, wish(2)), reserve(db, id, wish(2))]);
    expect(await stock()).toEqual({ a: 3, r: 2 });
    const freed = () => release(db, { reservation: id, orderId: 'o' });
    expect(await Promise.all([freed(), freed(), freed()])).toEqual(['released', 'released', 'released']);
    expect(await stock()).toEqual({ a: 5, r: 0 });
  });

  test('is not taken by a reservation which was released before it came', async () => {
    const id = randomUUID();
    expect(await release(db, { reservation: id, orderId: 'o' })).toBe('tombstoned');
    await expect(reserve(db, id, wish(1))).rejects.toMatchObject({ code: 'already_compensated' });
    expect(await stock()).toEqual({ a: 5, r: 0 });
  });

  test('is right whichever of a reservation and its release wins the race', async () => {
    for (let round = 0; round < 30; round++) {
      const id = randomUUID();
      await Promise.allSettled([reserve(db, id, wish(1)), release(db, { reservation: id, orderId: 'o' })]);
      await release(db, { reservation: id, orderId: 'o' });
    }
    expect(await stock()).toEqual({ a: 5, r: 0 });
  });

  test('of a product that is not there, or is sold out, is refused by name', async () => {
    await expect(reserve(db, 'a', { ...wish(1), sku: 'sku-sold-out' })).rejects.toMatchObject({
      code: 'sold_out',
    });
    await expect(reserve(db, 'b', { ...wish(1), sku: 'nothing' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(reserve(db, 'c', wish(6))).rejects.toMatchObject({ code: 'sold_out' });
  });

  test('is taken by a reservation that comes late, with tombstones taken away', async () => {
    const id = randomUUID();
    setProtection('tombstones', false);
    try {
      expect(await release(db, { reservation: id, orderId: 'o' })).toBe('tombstoned');
      await reserve(db, id, wish(1));
    } finally {
      setProtection('tombstones', true);
    }
    expect(await stock()).toEqual({ a: 4, r: 1 });
    await release(db, { reservation: id, orderId: 'o' });
    expect(await stock()).toEqual({ a: 5, r: 0 });
  });

  test('stays taken when a person has waived its release, and a cancellation that was under way comes after', async () => {
    const sagaId = randomUUID();
    const id = actionKey(sagaId, 'reserve');
    await reserve(db, id, wish(1));
    const cancelled = (waived?: 'reserve') => {
      const data = { userId: 'u', amount: 1, cause: 'cancelled', reason: 'test', ...(waived && { waived }) };
      const event = { type: 'ORDER_CANCELLED', id: randomUUID(), orderId: 'o', sagaId, data };
      const heard = { attempt: 1, isLast: false, isRepeated: true, once };
      return INVENTORY_HANDLERS.ORDER_CANCELLED?.(event as ShopEventOf<'ORDER_CANCELLED'>, heard);
    };
    const once: Heard['once'] = async (effect) => {
      await db.transaction(effect);
      return true;
    };
    await cancelled('reserve');
    await cancelled();
    expect(await stock()).toEqual({ a: 4, r: 1 });
    await release(db, { reservation: id, orderId: 'o' });
  });

  test('is told of in events: one for each change, none for a repetition', async () => {
    const id = randomUUID();
    await reserve(db, id, wish(1));
    await reserve(db, id, wish(1));
    await release(db, { reservation: id, orderId: 'o' });
    await release(db, { reservation: id, orderId: 'o' });
    const refused = randomUUID();
    await expect(reserve(db, refused, wish(9))).rejects.toMatchObject({ code: 'sold_out' });
    await expect(reserve(db, refused, wish(9))).rejects.toMatchObject({ code: 'sold_out' });
    const types = async (reservation: string) => {
      const rows = await db.query<{ type: string }>(
        'select type from event where stream = $1 order by version',
        [`reservation:${reservation}`],
      );
      return rows.map((row) => row.type);
    };
    expect(await types(id)).toEqual(['INVENTORY_RESERVED', 'INVENTORY_RELEASED']);
    expect(await types(refused)).toEqual(['INVENTORY_RESERVATION_FAILED']);
  });
});
