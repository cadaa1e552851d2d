import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { pointsToTry } from '../../testing/points.ts';
import { DELIVERED, leftNothing, type ShopService, TestShop } from '../../testing/shop.ts';

/** A killed consumer's messages come back after its lock and half of it; three may die one after the other. */
const LOCK_MS = 3_000;
const patient = { timeout: 120_000, interval: 100 };
const ROUND_MS = 200_000;

type CrashPlan = Partial<Record<ShopService, string>>;

/** Every named point of every participant, several of them on the way of one order. */
const FORWARD: CrashPlan[] = [
  {
    orders: 'create:after-commit',
    inventory: 'reserve:after-commit',
    payments: 'charge:after-intent',
    shipping: 'ship:after-intent',
  },
  {
    orders: 'relay:after-publish',
    inventory: 'relay:after-publish',
    payments: 'charge:after-call',
    shipping: 'ship:after-call',
  },
  { orders: 'arbiter:after-commit', payments: 'charge:after-commit', shipping: 'ship:after-commit' },
  { payments: 'relay:after-publish', shipping: 'relay:after-publish' },
];
const BACKWARD: CrashPlan[] = [
  { inventory: 'reserve:compensate:after-commit', payments: 'charge:compensate:after-intent' },
  { orders: 'arbiter:after-commit', payments: 'charge:compensate:after-call' },
  { payments: 'charge:compensate:after-commit' },
];
const LABEL_BACK = ['after-intent', 'after-call', 'after-commit'].map((point) => ({
  shipping: `ship:compensate:${point}`,
}));

let shop: TestShop;
beforeAll(async () => {
  shop = await TestShop.start({
    SAGA_POLICY: JSON.stringify({ deadlineMs: 600_000 }),
    BROKER_LOCK_MS: String(LOCK_MS),
  });
});
afterAll(async () => {
  await shop.stop();
});
afterEach(() => shop.meddlers['outside-world'].heal());

/** Arms the points, places an order, starts again whoever died, and gives the order's id once its saga has ended. */
async function crashAt(
  plan: CrashPlan,
  change: Record<string, unknown>,
  meanwhile: (key: string) => Promise<void> = async () => {},
): Promise<string> {
  const doomed = Object.entries(plan).map(([name, point]) => ({
    service: shop.services[name as ShopService],
    point,
  }));
  await Promise.all(
    doomed.map(async ({ service, point }) => {
      await service.kill();
      await service.start({ SHOP_CRASH_AT: point });
    }),
  );
  const again = doomed.map(async ({ service }) => {
    await service.ended();
    await service.start();
  });
  const key = randomUUID();
  // Orders may die of a letter of an earlier order before it hears of this one.
  const placing = vi.waitFor(async () => {
    await shop.order({ mode: 'choreographed', ...change }, key);
    expect(await shop.orderIdOf(key)).not.toBeNull();
  }, patient);
  await meanwhile(key);
  await Promise.all([placing, ...again]);
  const orderId = (await shop.orderIdOf(key)) ?? '';
  expect(orderId).not.toBe('');
  await vi.waitFor(async () => expect((await shop.facts(orderId)).outcome).not.toBeNull(), patient);
  return orderId;
}

describe('kill -9 of the participants of a choreographed saga', () => {
  test.each(pointsToTry(FORWARD))(
    'at %j: the order still comes through, once',
    async (plan) => {
      expect(await shop.facts(await crashAt(plan, {}))).toEqual(DELIVERED);
    },
    ROUND_MS,
  );

  test.each(pointsToTry(BACKWARD))(
    'at %j: the refused order is still undone',
    async (plan) => {
      const facts = await shop.facts(await crashAt(plan, { address: '1 Nowhere Road, 00000 Atlantis' }));
      expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
      expect(facts).toMatchObject({ status: 'REJECTED', captured: 4_200, refunded: 4_200 });
    },
    ROUND_MS,
  );

  test.each(pointsToTry(LABEL_BACK))(
    'at %j: the label of a cancelled order is still cancelled',
    async (plan) => {
      // Shipping does not hear of the label it bought, so that the order can still be cancelled.
      shop.meddlers['outside-world'].meddle('/carrier/labels', 'lose-reply', 2);
      const orderId = await crashAt(plan, {}, async (key) => {
        const id = await vi.waitFor(async () => {
          const placed = (await shop.orderIdOf(key)) ?? '';
          expect((await shop.facts(placed)).labels).toBe(1);
          return placed;
        }, patient);
        const cancelled = await fetch(`${shop.services.orders.url}/orders/${id}/cancel`, { method: 'POST' });
        expect(cancelled.status).toBe(200);
      });
      const facts = await shop.facts(orderId);
      expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
      expect(facts).toMatchObject({ status: 'CANCELLED', labels: 1, labelsCancelled: 1 });
    },
    ROUND_MS,
  );
});
