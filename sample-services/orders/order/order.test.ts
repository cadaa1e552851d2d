import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../kit/database.ts';
import { readFeed } from '../../kit/event-store/feed.ts';
import { ask, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { ORDERS_SCHEMA } from '../schema.ts';
import { type NewOrder, placeOrder, returnOrder, settleOrder } from './order.ts';
import { findRequest, listOrders, readOrder, readOrderEvents, readOrderState } from './read.ts';

const log = pino({ level: 'silent' });

let postgres: TestPostgres;
let url: string;
let db: Database;
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('orders');
  db = new Database({ url, schema: ORDERS_SCHEMA, log, max: 10 });
  await db.whenReady();
});
afterAll(async () => {
  await db.close();
  await postgres.stop();
});

const newOrder = (change: Partial<NewOrder> = {}): NewOrder => ({
  orderId: randomUUID(),
  sagaId: randomUUID(),
  userId: 'ada',
  sku: 'sku-01',
  quantity: 2,
  amount: 4_200,
  sealedCard: 'sealed',
  address: '1 Harbour Street',
  mode: 'orchestrated',
  requestKey: randomUUID(),
  requestHash: 'hash',
  ...change,
});
const place = (order: NewOrder) => db.transaction((tx) => placeOrder(tx, order));
const settle = (orderId: string, end: Parameters<typeof settleOrder>[2]) =>
  db.transaction((tx) => settleOrder(tx, orderId, end));
const outbox = (orderId: string) =>
  ask<{ name: string; queue: string }>(
    url,
    `select name, queue from outbox where payload ->> 'orderId' = $1 order by seq, queue`,
    [orderId],
  );

describe('an order', () => {
  test('is what its events say, at each of its versions', async () => {
    const order = newOrder();
    expect(await place(order)).toBe(true);
    expect(await settle(order.orderId, { status: 'CANCELLED', cause: 'rejected', reason: 'sold out' })).toBe(
      true,
    );
    const { orderId } = order;
    expect(await readOrder(db, orderId)).toMatchObject({
      status: 'REJECTED',
      reason: 'sold out',
      version: 2,
    });
    expect(await readOrder(db, orderId, { version: 1 })).toMatchObject({
      status: 'PENDING',
      version: 1,
      amount: 4_200,
    });
    expect(await readOrder(db, orderId, { at: new Date(0) })).toBeNull();
    expect((await readOrderEvents(db, orderId)).map((event) => event.type)).toEqual([
      'ORDER_CREATED',
      'ORDER_CANCELLED',
    ]);
    expect(await listOrders(db, null, 1)).toEqual([await readOrder(db, orderId)]);
    expect(await readOrder(db, randomUUID())).toBeNull();
  });

  test('is listed for its customer however many others have ordered since', async () => {
    const mine = newOrder({ userId: randomUUID() });
    await place(mine);
    for (let i = 0; i < 3; i++) await place(newOrder());
    expect(await listOrders(db, mine.userId, 2)).toEqual([await readOrder(db, mine.orderId)]);
  });

  test('shows its sealed card to nobody outside', async () => {
    const order = newOrder();
    await place(order);
    expect(await readOrder(db, order.orderId)).not.toHaveProperty('sealedCard');
    expect(await readOrderState(db, order.orderId)).toHaveProperty('sealedCard', 'sealed');
  });

  test('is made once for one request key, however many ask at once', async () => {
    const requestKey = randomUUID();
    const orders = Array.from({ length: 8 }, () => newOrder({ requestKey }));
    const made = await Promise.all(orders.map(place));
    expect(made.filter(Boolean)).toHaveLength(1);
    const winner = orders[made.indexOf(true)];
    expect(await findRequest(db, 'ada', requestKey)).toMatchObject({
      orderId: winner?.orderId,
      requestHash: 'hash',
    });
    for (const order of orders) {
      if (order !== winner) expect(await readOrderEvents(db, order.orderId)).toEqual([]);
    }
  });

  test('is its customer’s own: the request key of another is another key', async () => {
    const mine = newOrder();
    const theirs = newOrder({ userId: 'eve', requestKey: mine.requestKey });
    expect(await Promise.all([place(mine), place(theirs)])).toEqual([true, true]);
    expect(await findRequest(db, 'eve', mine.requestKey)).toMatchObject({ orderId: theirs.orderId });
    expect(await findRequest(db, 'ada', mine.requestKey)).toMatchObject({ orderId: mine.orderId });
  });

  test('ends once: of a confirmation and many cancellations at the same moment exactly one happens', async () => {
    const order = newOrder();
    await place(order);
    const ended = await Promise.all([
      settle(order.orderId, { status: 'CONFIRMED' }),
      ...Array.from({ length: 6 }, () =>
        settle(order.orderId, { status: 'CANCELLED', cause: 'timed_out', reason: 'late', afterMs: 1 }),
      ),
    ]);
    expect(ended.filter(Boolean)).toHaveLength(1);
    const ends = (await readOrderEvents(db, order.orderId)).slice(1).map((event) => event.type);
    expect([['ORDER_CONFIRMED'], ['ORDER_TIMED_OUT', 'ORDER_CANCELLED']]).toContainEqual(ends);
    const state = await readOrder(db, order.orderId);
    expect(state?.version).toBe(1 + ends.length);
  });

  test('that came back stays confirmed', async () => {
    const order = newOrder();
    await place(order);
    const returned = () => db.transaction((tx) => returnOrder(tx, order.orderId, 4_200));
    expect(await returned()).toBe(false);
    await settle(order.orderId, { status: 'CONFIRMED' });
    expect(await returned()).toBe(true);
    expect(await readOrder(db, order.orderId)).toMatchObject({ status: 'CONFIRMED', version: 3 });
  });

  test('tells each subscriber of each event once, in the same commit', async () => {
    const choreographed = newOrder({ mode: 'choreographed' });
    await place(choreographed);
    const failing = db.transaction(async (tx) => {
      await settleOrder(tx, choreographed.orderId, { status: 'CONFIRMED' });
      throw new Error('not this time');
    });
    await expect(failing).rejects.toThrow('not this time');
    await settle(choreographed.orderId, { status: 'CANCELLED', cause: 'cancelled', reason: '' });
    expect(await outbox(choreographed.orderId)).toEqual([
      { name: 'ORDER_CREATED', queue: 'orderview.events' },
      { name: 'ORDER_CREATED', queue: 'inventory.events' },
      ...['orderview.events', 'notifications', 'inventory.events', 'payments.events', 'shipping.events'].map(
        (queue) => ({ name: 'ORDER_CANCELLED', queue }),
      ),
    ]);
  });
});

/** The tables of a version which kept orders as rows, with one order of each kind. */
const BEFORE = `
  create table orders (id text primary key, saga_id text not null unique, user_id text not null, sku text not null,
    quantity int not null, amount bigint not null, card_token text not null, address text not null, mode text not null,
    status text not null default 'PENDING', reason text not null default '', version int not null default 1,
    request_key text not null unique, request_hash text not null,
    created_at timestamptz not null default clock_timestamp());
  create table outbox (seq bigserial primary key, id uuid not null unique, queue text not null, name text not null,
    payload jsonb not null, conversation_id text not null, headers jsonb not null,
    created_at timestamptz not null default now(), sent_at timestamptz);
  insert into orders (id, saga_id, user_id, sku, quantity, amount, card_token, address, mode, status, reason,
    request_key, request_hash)
  select s, 'saga-' || s, 'ada', 'sku-01', 2, 4200, 'tok_visa', 'here', 'orchestrated', s,
    case s when 'REJECTED' then 'sold out' else '' end, 'key-' || s, 'hash'
  from unnest(array['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']) s`;

describe('a database of a version whose request keys were everybody’s', () => {
  test('is taken over: from then on a key is its customer’s own', async () => {
    const old = await postgres.database('everybodys');
    await ask(
      old,
      `create table order_head (id text primary key, saga_id text not null unique, user_id text not null,
         amount bigint not null, mode text not null, status text not null, version int not null,
         request_key text not null unique, request_hash text not null,
         created_at timestamptz not null default clock_timestamp())`,
    );
    const taken = new Database({ url: old, schema: ORDERS_SCHEMA, log });
    await taken.whenReady();
    const [mine, theirs] = [newOrder({ requestKey: 'one' }), newOrder({ userId: 'eve', requestKey: 'one' })];
    for (const order of [mine, theirs]) await taken.transaction((tx) => placeOrder(tx, order));
    expect(await findRequest(taken, 'eve', 'one')).toMatchObject({ orderId: theirs.orderId });
    await taken.close();
  });
});

describe('a database of a version which kept orders as rows', () => {
  test('is taken over with its orders, without their cards', async () => {
    const old = await postgres.database('older');
    await ask(old, BEFORE);
    for (const _ of ['first start', 'second start']) {
      const taken = new Database({ url: old, schema: ORDERS_SCHEMA, log });
      await taken.whenReady();
      for (const status of ['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']) {
        expect(await readOrder(taken, status)).toMatchObject({
          status,
          amount: 4_200,
          sagaId: `saga-${status}`,
        });
      }
      expect(await findRequest(taken, 'ada', 'key-REJECTED')).toMatchObject({ orderId: 'REJECTED' });
      expect((await readFeed(taken, 0, 100)).events).toHaveLength(7);
      expect(JSON.stringify(await readFeed(taken, 0, 100))).not.toContain('tok_visa');
      await taken.close();
    }
    expect(await ask(old, `select to_regclass('orders') as gone`)).toEqual([{ gone: null }]);
  });
});
