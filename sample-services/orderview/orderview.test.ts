import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { APPENDING } from '../kit/event-store/feed.ts';
import { ask } from '../testing/postgres.ts';
import { ServiceProcess } from '../testing/service-process.ts';
import { TestShop } from '../testing/shop.ts';
import { LinesAnswer, ProjectionAnswer, RebuildAnswer } from './api.ts';
import { OrderDetails } from './model/details.ts';

const soon = { timeout: 30_000, interval: 50 };

let shop: TestShop;
let orderview: ServiceProcess;
beforeAll(async () => {
  shop = await TestShop.start();
  orderview = new ServiceProcess('orderview', {
    SHOP_PROFILE: 'demo',
    DATABASE_URL: await shop.postgres.database('orderview'),
    BROKER_URL: shop.databases.broker ?? '',
    ORDERS_URL: shop.services.orders.url,
    PAYMENTS_URL: shop.services.payments.url,
    SHIPPING_URL: shop.services.shipping.url,
    NOTIFICATIONS_URL: shop.services.notifications.url,
  });
  await orderview.start();
});
afterAll(async () => {
  await orderview.kill();
  await shop.stop();
});

const get = async (path: string): Promise<unknown> => (await fetch(`${orderview.url}${path}`)).json();
const details = async (orderId: string) => OrderDetails.parse(await get(`/orders/${orderId}`));
const projection = async () => ProjectionAnswer.parse(await get('/projection'));
const linesOf = async (path: string) => LinesAnswer.parse(await get(path)).orders;

/** Everything that is to be heard of a settled order has been heard. */
const complete = (orderId: string) =>
  vi.waitFor(async () => {
    const seen = await details(orderId);
    expect(seen.settledAt).not.toBeNull();
    expect(seen.notifications).toHaveLength(3);
    expect(seen.gaps).toEqual([]);
    return seen;
  }, soon);

async function begin(): Promise<RebuildAnswer> {
  const response = await fetch(`${orderview.url}/rebuild`, { method: 'POST' });
  expect(response.status).toBe(202);
  return RebuildAnswer.parse(await response.json());
}
async function rebuilt(): Promise<void> {
  const { generation } = await begin();
  await vi.waitFor(async () => expect((await projection()).generation).toBe(generation), soon);
}

describe('an order', () => {
  test('is seen with all that happened to it, and how long that took is measured', async () => {
    const userId = randomUUID();
    const placed = await shop.order({ userId });
    const seen = await complete(placed?.orderId ?? '');
    expect(seen).toMatchObject({ status: 'CONFIRMED', userId, amount: 4_200, version: 2 });
    expect(seen.notifications.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    expect((await linesOf(`/users/${userId}/orders`)).map(({ orderId }) => orderId)).toEqual([
      placed?.orderId,
    ]);
    expect((await linesOf('/orders/recent'))[0]?.orderId).toBe(placed?.orderId);
    const { lag } = await projection();
    expect(lag.samples).toBeGreaterThanOrEqual(5);
    expect(lag.maxMs).toBeGreaterThanOrEqual(lag.p50Ms ?? Number.NaN);
  });

  test('that nobody placed is not found', async () => {
    expect((await fetch(`${orderview.url}/orders/none`)).status).toBe(404);
  });

  test('is seen after the view was away while it happened', async () => {
    await orderview.kill();
    const placed = await shop.order({ cardToken: 'tok_declined' });
    await orderview.start();
    expect(await complete(placed?.orderId ?? '')).toMatchObject({ status: 'REJECTED' });
  });
});

describe('a rebuild', () => {
  test("brings the models back from the owners' events, killed in the middle, while orders come in", async () => {
    const orders: string[] = [];
    const place = async () => {
      const placed = await shop.order();
      if (placed?.orderId !== undefined) orders.push(placed.orderId);
    };
    for (let i = 0; i < 15; i++) await place();
    const before = await Promise.all(orders.map(complete));
    const url = await shop.postgres.database('orderview');
    const spoil = `update order_details set details = jsonb_set(details, '{status}', '"PENDING"');
      delete from user_order; delete from view_event`;
    await ask(url, spoil);
    const { generation } = await begin();
    await orderview.kill();
    await orderview.start();
    let more = true;
    const customer = (async () => {
      while (more) await place();
    })();
    await vi.waitFor(async () => expect((await projection()).generation).toBe(generation), soon);
    more = false;
    await customer;
    for (const seen of before) expect(await complete(seen.orderId)).toEqual(seen);
    for (const orderId of orders) expect((await complete(orderId)).status).toBe('CONFIRMED');
    expect(await linesOf('/orders/recent')).toHaveLength(Math.min(50, orders.length + 2));
  });

  test('waits for an owner who has not committed yet, and misses nothing behind him', async () => {
    const owner = new pg.Client({ connectionString: shop.databases.orders });
    await owner.connect();
    try {
      await owner.query(`begin; ${APPENDING}; select nextval('event_seq_seq')`);
      const placed = await shop.order();
      const seen = await complete(placed?.orderId ?? '');
      const { generation } = await begin();
      const unfinished = async () =>
        (await projection()).rebuild?.sources.filter(({ finished }) => !finished).map(({ source }) => source);
      await vi.waitFor(async () => expect(await unfinished()).toEqual(['orders']), soon);
      await owner.query('rollback');
      await vi.waitFor(async () => expect((await projection()).generation).toBe(generation), soon);
      expect(await details(seen.orderId)).toEqual(seen);
    } finally {
      await owner.end();
    }
  });

  test('of what was right changes nothing', async () => {
    const placed = await shop.order();
    const seen = await complete(placed?.orderId ?? '');
    await rebuilt();
    expect(await details(seen.orderId)).toEqual(seen);
  });
});
