import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShopEvent } from '../../events/shop-event.ts';
import { Database } from '../../kit/database.ts';
import { seededRandom } from '../../kit/random.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { foldOrder } from '../model/fold.ts';
import { readDetails, readRecent, readUsersOrders } from '../read.ts';
import { ORDERVIEW_SCHEMA } from '../schema.ts';
import { applyEvents } from './apply.ts';
import { beginRebuild, finishRebuild, openGenerations, readGenerations, sweepFormer } from './generations.ts';

let postgres: TestPostgres;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres();
  const url = await postgres.database('view');
  db = new Database({ url, schema: ORDERVIEW_SCHEMA, log: pino({ level: 'silent' }), max: 10 });
  await db.whenReady();
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});

/** A delivered order's events. */
function delivered(orderId: string, userId: string): ShopEvent[] {
  const at = new Date().toISOString();
  const head = (stream: string, version: number) => ({
    ...{ id: randomUUID(), orderId, sagaId: `s-${orderId}`, mode: 'choreographed' as const },
    ...{ stream, version, at },
  });
  const order = { userId, sku: 'sku-01', quantity: 1, amount: 500, sealedCard: 'sealed', address: 'secret' };
  return [
    { ...head(`order:${orderId}`, 1), type: 'ORDER_CREATED', data: order },
    { ...head(`payment:${orderId}`, 1), type: 'PAYMENT_COMPLETED', data: { captured: 500 } },
    { ...head(`shipment:${orderId}`, 1), type: 'SHIPMENT_CREATED', data: { tracking: 'SG1' } },
    { ...head(`order:${orderId}`, 2), type: 'ORDER_CONFIRMED', data: { userId, amount: 500 } },
    { ...head(`notification:${orderId}:sms`, 1), type: 'NOTIFICATION_SENT', data: { channel: 'sms' } },
  ];
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** What the projector does with each message. */
const apply = (...events: ShopEvent[]) =>
  db.transaction(async (tx) => applyEvents(tx, openGenerations(await readGenerations(tx)), events));

describe('the read models', () => {
  test('are right whatever events come at once, in any order and twice', async () => {
    const user = randomUUID();
    const orders = Array.from({ length: 12 }, () => delivered(randomUUID(), user));
    const all = orders.flat();
    await Promise.all(shuffled([...all, ...all], 7).map((event) => apply(event)));
    for (const events of orders) {
      const orderId = events[0]?.orderId ?? '';
      expect(await readDetails(db, orderId)).toEqual(foldOrder(orderId, events));
    }
    const lines = await readUsersOrders(db, user, 100);
    expect(lines.map(({ orderId }) => orderId).sort()).toEqual(
      orders.map(([first]) => first?.orderId).sort(),
    );
    expect(lines.every(({ status }) => status === 'CONFIRMED')).toBe(true);
    expect(await readRecent(db, 100)).toEqual(lines);
  });

  test('keep neither the card nor the address of an order', async () => {
    await apply(...delivered(randomUUID(), 'u'));
    const rows = await db.query(
      `select 1 from view_event where event::text like '%sealed"%' or event::text like '%secret%'`,
    );
    expect(rows).toEqual([]);
  });

  test('list an order only when it is known who placed it', async () => {
    const user = randomUUID();
    const [created, ...later] = delivered(randomUUID(), user);
    await apply(...later);
    expect(await readUsersOrders(db, user, 10)).toEqual([]);
    if (created) await apply(created);
    expect(await readUsersOrders(db, user, 10)).toHaveLength(1);
  });
});

describe('a rebuild', () => {
  test('begins once, however many ask for it at the same time', async () => {
    const begun = await Promise.all(Array.from({ length: 6 }, () => beginRebuild(db, ['orders'])));
    expect(new Set(begun).size).toBe(1);
    await finishRebuild(db, begun[0] ?? 0);
  });

  test('loses no event that comes while it runs, and forgets what was wrong before', async () => {
    const [before, during] = [delivered(randomUUID(), 'u-b'), delivered(randomUUID(), 'u-d')];
    await apply(...before);
    const orderId = before[0]?.orderId ?? '';
    await db.query(
      `update order_details set details = jsonb_set(details, '{amount}', '1') where order_id = $1`,
      [orderId],
    );
    const generation = await beginRebuild(db, ['orders']);
    await apply(...during);
    expect((await readDetails(db, orderId))?.amount).toBe(1);
    await db.transaction((tx) => applyEvents(tx, [generation], shuffled(before, 3)));
    await finishRebuild(db, generation);
    expect(await readDetails(db, orderId)).toEqual(foldOrder(orderId, before));
    const other = during[0]?.orderId ?? '';
    expect(await readDetails(db, other)).toEqual(foldOrder(other, during));
    while (await sweepFormer(db));
    const old = await db.query('select 1 from view_event where generation <> $1', [generation]);
    expect(old).toEqual([]);
  });
});
