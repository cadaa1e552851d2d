import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DELIVERED, leftNothing, TestShop } from '../testing/shop.ts';

const soon = { timeout: 20_000, interval: 50 };

/** Each point is tried in the battery of the saga engines; here are those at which the books of others count. */
const FORWARD = [
  'create:after-commit',
  'charge:after-call',
  'end:before-commit',
  'end:after-commit',
  'relay:after-publish',
];
const BACKWARD = ['charge:compensate:after-call'];

let shop: TestShop;
beforeAll(async () => {
  shop = await TestShop.start();
});
afterAll(async () => {
  await shop.stop();
});

/** Runs one order into a kill -9 at that point, starts orders again, and gives the order's id once it has ended. */
async function crashAt(point: string, change: Record<string, unknown>): Promise<string> {
  const { orders } = shop.services;
  await orders.kill();
  await orders.start({ SHOP_CRASH_AT: point });
  const key = randomUUID();
  await shop.order(change, key);
  await orders.ended();
  await orders.start();
  const orderId = await shop.orderIdOf(key);
  expect(orderId).not.toBeNull();
  await vi.waitFor(async () => expect((await shop.facts(orderId ?? '')).outcome).not.toBeNull(), soon);
  return orderId ?? '';
}

describe('kill -9 of orders', () => {
  test.each(FORWARD)('at %s: the order still comes through, once', async (point) => {
    const orderId = await crashAt(point, {});
    expect(await shop.facts(orderId)).toEqual(DELIVERED);
    await vi.waitFor(async () => {
      const mails = await shop.sql(
        'outside-world',
        `select 1 from mail_statement where order_id = $1 and kind = 'email'`,
        [orderId],
      );
      expect(mails).toHaveLength(1);
    }, soon);
  });

  test.each(BACKWARD)('at %s: the refused order is still undone', async (point) => {
    const orderId = await crashAt(point, { address: '1 Nowhere Road, 00000 Atlantis' });
    const facts = await shop.facts(orderId);
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    expect(facts).toMatchObject({ captured: 4_200, refunded: 4_200 });
  });
});

describe('kill -9 of any service under load', () => {
  test('loses no acknowledged order and leaves every saga ended with money and stock right', async () => {
    const placed: string[] = [];
    let more = true;
    const customers = Array.from({ length: 3 }, async () => {
      while (more) {
        const order = await shop.order();
        if (order?.orderId !== undefined) placed.push(order.orderId);
      }
    });
    for (const name of [
      'inventory',
      'payments',
      'shipping',
      'outside-world',
      'notifications',
      'orders',
    ] as const) {
      const before = placed.length;
      await vi.waitFor(() => expect(placed.length).toBeGreaterThan(before + 5), soon);
      await shop.services[name].kill();
      await shop.services[name].start();
    }
    more = false;
    await Promise.all(customers);
    const open = 'select count(*)::int as n from saga where ended_at is null';
    await vi.waitFor(async () => expect(await shop.sql('orders', open)).toEqual([{ n: 0 }]), {
      timeout: 60_000,
      interval: 200,
    });
    const check = async (orderId: string) => {
      const facts = await shop.facts(orderId);
      if (facts.status === 'CONFIRMED') expect(facts, orderId).toEqual(DELIVERED);
      else expect(leftNothing(facts), JSON.stringify({ orderId, facts })).toBe(true);
    };
    // Each fact is a connection of its own: ten orders at a time are as many as a small machine likes.
    for (let from = 0; from < placed.length; from += 10) {
      await Promise.all(placed.slice(from, from + 10).map(check));
    }
  }, 180_000);
});
