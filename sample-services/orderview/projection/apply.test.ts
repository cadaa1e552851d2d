import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShopEvent } from '../../events/shop-event.ts';
import { acquireLease, releaseLease } from '../../kit/lease/lease.ts';
import { setProtection } from '../../kit/protections.ts';
import { seededRandom } from '../../kit/random.ts';
import { CountedDatabase } from '../../testing/counted-database.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { foldOrder } from '../model/fold.ts';
import { readDetails, readRecent, readUsersOrders } from '../read.ts';
import { ORDERVIEW_SCHEMA } from '../schema.ts';
import { applyEvents } from './apply.ts';
import { beginRebuild, finishRebuild, REBUILD_LOCK, sweepFormer } from './generations.ts';
import { Lag } from './lag.ts';
import { Projector } from './projector.ts';

let postgres: TestPostgres;
let db: CountedDatabase;
let projector: Projector;
beforeAll(async () => {
  postgres = await startTestPostgres();
  const url = await postgres.database('view');
  db = new CountedDatabase({ url, schema: ORDERVIEW_SCHEMA, log: pino({ level: 'silent' }), max: 10 });
  await db.whenReady();
  projector = new Projector({ db, lag: new Lag() });
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

/** Hears of an event, in a message of its own. */
const hear = (event: ShopEvent, id: string = randomUUID()) =>
  projector.handle({
    ...{ id, name: event.type, payload: event, conversationId: event.sagaId },
    ...{ headers: {}, attempt: 1 },
  });
const hearAll = async (events: readonly ShopEvent[]) => {
  for (const event of events) await hear(event);
};

describe('the read models', () => {
  test('are right whatever events come at once, in any order and twice', async () => {
    const user = randomUUID();
    const orders = Array.from({ length: 12 }, () => delivered(randomUUID(), user));
    const all = orders.flat();
    await Promise.all(shuffled([...all, ...all], 7).map((event) => hear(event)));
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
    await hearAll(delivered(randomUUID(), 'u'));
    const rows = await db.query(
      `select 1 from view_event where event::text like '%sealed"%' or event::text like '%secret%'`,
    );
    expect(rows).toEqual([]);
  });

  test('list an order only when it is known who placed it', async () => {
    const user = randomUUID();
    const [created, ...later] = delivered(randomUUID(), user);
    await hearAll(later);
    expect(await readUsersOrders(db, user, 10)).toEqual([]);
    if (created) await hear(created);
    expect(await readUsersOrders(db, user, 10)).toHaveLength(1);
  });
});

describe('a message', () => {
  test('is heard in five round trips, and known again in three', async () => {
    const [created] = delivered(randomUUID(), 'u');
    if (!created) throw new Error('no event');
    expect(await db.during(() => hear(created, 'm-1'))).toBe(5);
    expect(await db.during(() => hear(created, 'm-1'))).toBe(3);
    setProtection('inbox', false);
    expect(await db.during(() => hear(created, 'm-1'))).toBe(5);
    setProtection('inbox', true);
    expect((await readDetails(db, created.orderId))?.events).toBe(1);
  });

  test('that could not be applied is not marked', async () => {
    const [created] = delivered(randomUUID(), 'u');
    if (!created) throw new Error('no event');
    await db.query('alter table order_details add constraint refusing check (order_id is null) not valid');
    await expect(hear(created, 'm-2')).rejects.toThrow(/refusing/);
    await db.query('alter table order_details drop constraint refusing');
    await hear(created, 'm-2');
    expect((await readDetails(db, created.orderId))?.status).toBe('PENDING');
  });
});

describe('a rebuild', () => {
  const finish = async (generation: number) => {
    const held = await acquireLease(db, REBUILD_LOCK, { owner: 'test', instance: null }, 600_000);
    if (!held) throw new Error('somebody else builds');
    await finishRebuild(db, generation, held);
    await releaseLease(db, held);
  };

  test('begins once, however many ask for it at the same time', async () => {
    const begun = await Promise.all(Array.from({ length: 6 }, () => beginRebuild(db, ['orders'])));
    expect(new Set(begun).size).toBe(1);
    await finish(begun[0] ?? 0);
  });

  test('loses no event that comes while it runs, and forgets what was wrong before', async () => {
    const [before, during] = [delivered(randomUUID(), 'u-b'), delivered(randomUUID(), 'u-d')];
    await hearAll(before);
    const orderId = before[0]?.orderId ?? '';
    await db.query(
      `update order_details set details = jsonb_set(details, '{amount}', '1') where order_id = $1`,
      [orderId],
    );
    const generation = await beginRebuild(db, ['orders']);
    await hearAll(during);
    expect((await readDetails(db, orderId))?.amount).toBe(1);
    await db.transaction((tx) => applyEvents(tx, [generation], shuffled(before, 3)));
    await finish(generation);
    expect(await readDetails(db, orderId)).toEqual(foldOrder(orderId, before));
    const other = during[0]?.orderId ?? '';
    expect(await readDetails(db, other)).toEqual(foldOrder(other, during));
    while (await sweepFormer(db));
    const old = await db.query('select 1 from view_event where generation <> $1', [generation]);
    expect(old).toEqual([]);
  });
});
