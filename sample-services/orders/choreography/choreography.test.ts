import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { DELIVERED, leftNothing, TestShop } from '../../testing/shop.ts';

const soon = { timeout: 30_000, interval: 50 };
/** Long enough for all attempts of a queue, a deadline and the way back. */
const patient = { timeout: 90_000, interval: 100 };

let shop: TestShop;
beforeAll(async () => {
  shop = await TestShop.start();
});
afterAll(async () => {
  await shop.stop();
});
afterEach(() => {
  for (const meddler of Object.values(shop.meddlers)) meddler.heal();
});

const order = (change: Record<string, unknown> = {}, key?: string) =>
  shop.order({ mode: 'choreographed', ...change }, key);
const settled = (orderId: string, wait = soon) =>
  vi.waitFor(async () => {
    const facts = await shop.facts(orderId);
    expect(facts.outcome).not.toBeNull();
    return facts;
  }, wait);
const ask = async (path: string, method = 'GET') => {
  const response = await fetch(`${shop.services.orders.url}${path}`, { method });
  return { http: response.status, ...((await response.json()) as Record<string, unknown>) };
};

describe('a choreographed order', () => {
  test('comes through: each service answers to the one before, and orders confirms', async () => {
    const placed = await order();
    expect(placed).toMatchObject({ http: 201, status: 'CONFIRMED' });
    const { orderId = '', sagaId = '' } = placed ?? {};
    expect(await shop.facts(orderId)).toEqual(DELIVERED);
    expect(await ask(`/sagas/${sagaId}`)).toMatchObject({
      status: 'confirmed',
      mode: 'choreographed',
      orderId,
    });
    expect(await shop.journal(orderId)).toEqual([
      'create STARTED',
      'reserve action INTENT',
      'reserve action OK',
      'charge action INTENT',
      'charge action OK',
      'ship action INTENT',
      'ship action OK',
      'confirm action OK',
      'notify action OK',
      'ENDED',
    ]);
    await vi.waitFor(async () => {
      const told = "select 1 from mail_statement where order_id = $1 and kind = 'email'";
      expect(await shop.sql('outside-world', told, [orderId])).toHaveLength(1);
    }, soon);
  });

  test('placed twice under one key is one order with one effect', async () => {
    const key = randomUUID();
    const [first, second] = await Promise.all([order({}, key), order({}, key)]);
    expect(first?.orderId).toBe(second?.orderId);
    await settled(first?.orderId ?? '');
    expect(await shop.facts(first?.orderId ?? '')).toEqual(DELIVERED);
    expect((await order({ amount: 1 }, key))?.http).toBe(422);
  });
});

describe('a participant that is stopped in good order', () => {
  test('finishes what is in its hands, and uses up no attempt of what it leaves to its next start', async () => {
    const { payments } = shop.services;
    await payments.stop();
    const placed = await Promise.all(Array.from({ length: 24 }, () => order()));
    const ids = placed.map((one) => one?.orderId ?? '');
    shop.meddlers['outside-world'].meddle('/provider/captures', 'delay', 1);
    await payments.start();
    await vi.waitFor(() => expect(shop.meddlers['outside-world'].holding).toBe(1), soon);
    const stopping = payments.stop();
    // Nobody takes messages any more when nobody answers calls any more.
    await vi.waitFor(async () => await expect(fetch(`${payments.url}/healthz`)).rejects.toThrow(), soon);
    shop.meddlers['outside-world'].releaseHeld();
    await stopping;
    await payments.start();
    for (const orderId of ids) expect((await settled(orderId, patient)).status).toBe('CONFIRMED');
    const again = `select id from bullmq.job where queue = 'payments.events' and attempts_made > 1`;
    expect(await shop.sql('broker', again)).toEqual([]);
  });
});

describe('a choreographed order which the business refuses', () => {
  test.each([
    { step: 'reserve', change: { sku: 'sku-sold-out' }, undone: [] },
    { step: 'charge', change: { cardToken: 'tok_declined' }, undone: ['reserve'] },
    { step: 'ship', change: { address: '1 Nowhere Road, 00000 Atlantis' }, undone: ['charge', 'reserve'] },
  ])('at $step leaves nothing behind', async ({ step, change, undone }) => {
    const placed = await order(change);
    expect(placed).toMatchObject({ http: 201, status: 'REJECTED' });
    const orderId = placed?.orderId ?? '';
    const facts = await settled(orderId);
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    const journal = await shop.journal(orderId);
    expect(journal).toContain(`${step} action FAILED`);
    expect(journal.filter((line) => line.endsWith('COMPENSATED')).sort()).toEqual(
      undone.map((name) => `${name} compensate COMPENSATED`).sort(),
    );
  });
});

describe('a reply that is lost', () => {
  test.each(['/provider/captures', '/carrier/labels'])(
    'once, of %s, is repaired by redelivery: one effect',
    async (path) => {
      shop.meddlers['outside-world'].meddle(path, 'lose-reply', 1);
      const placed = await order();
      expect(await settled(placed?.orderId ?? '')).toEqual(DELIVERED);
    },
  );

  test('carried out twice is one effect', async () => {
    shop.meddlers['outside-world'].meddle('/provider/captures', 'twice', 1);
    shop.meddlers['outside-world'].meddle('/carrier/labels', 'twice', 1);
    const placed = await order();
    expect(await settled(placed?.orderId ?? '')).toEqual(DELIVERED);
  });

  test('for good, of a label or of a capture, is undone first and then told to have failed', async () => {
    const outside = shop.meddlers['outside-world'];
    outside.meddle('/carrier/labels', 'lose-reply');
    const key = randomUUID();
    const withoutLabel = order({}, key);
    await vi.waitFor(async () => {
      expect(await shop.journal((await shop.orderIdOf(key)) ?? '')).toContain('charge action OK');
    }, soon);
    // The attempts at both take their quarter of a minute at the same time.
    outside.meddle('/provider/captures', 'lose-reply');
    const withoutCapture = order();
    for (const [placing, labels] of [
      [withoutLabel, 1],
      [withoutCapture, 0],
    ] as const) {
      const facts = await settled((await placing)?.orderId ?? '', patient);
      expect(facts).toMatchObject({ status: 'CANCELLED', captured: 4_200, refunded: 4_200, labels });
      expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    }
  }, 120_000);

  test.each(['/provider/refunds', '/carrier/labels/cancel'])(
    'of %s, is asked for again until it comes',
    async (path) => {
      shop.meddlers['outside-world'].meddle(path, 'lose-reply', 4);
      // A label that exists is cancelled only when its order is: here by its customer, while shipping does not know it.
      if (path.startsWith('/carrier'))
        shop.meddlers['outside-world'].meddle('/carrier/labels', 'lose-reply', 2);
      const address = path.startsWith('/carrier') ? {} : { address: '1 Nowhere Road, 00000 Atlantis' };
      const key = randomUUID();
      const placing = order(address, key);
      if (path.startsWith('/carrier')) {
        const orderId = await vi.waitFor(async () => {
          const id = (await shop.orderIdOf(key)) ?? '';
          expect((await shop.facts(id)).labels).toBe(1);
          return id;
        }, soon);
        expect(await ask(`/orders/${orderId}/cancel`, 'POST')).toMatchObject({
          http: 200,
          effect: 'compensates',
        });
      }
      const facts = await settled((await placing)?.orderId ?? '', patient);
      expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    },
    120_000,
  );
});

describe('a cancellation', () => {
  test('while the order is pending undoes what was done, whoever did it', async () => {
    shop.meddlers['outside-world'].meddle('/provider/captures', 'fail', 2);
    const key = randomUUID();
    const placing = order({}, key);
    const orderId = await vi.waitFor(async () => {
      const id = (await shop.orderIdOf(key)) ?? '';
      expect(await shop.journal(id)).toContain('reserve action OK');
      return id;
    }, soon);
    expect(await ask(`/orders/${orderId}/cancel`, 'POST')).toMatchObject({
      http: 200,
      effect: 'compensates',
    });
    expect(await placing).toMatchObject({ status: 'CANCELLED' });
    const facts = await settled(orderId);
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    const journal = await shop.journal(orderId);
    expect(journal).toContain('CANCEL_REQUESTED');
    // The customer who did not hear the first answer hears it now.
    expect(await ask(`/orders/${orderId}/cancel`, 'POST')).toMatchObject({
      ...{ http: 200, effect: 'compensates', status: 'compensated', returnSagaId: null },
    });
    expect(await shop.journal(orderId)).toEqual(journal);
  });

  test('in the moment of its confirmation is a return', async () => {
    const outside = shop.meddlers['outside-world'];
    outside.meddle('/carrier/labels', 'delay', 1);
    const key = randomUUID();
    const placing = order({}, key);
    await vi.waitFor(() => expect(outside.holding).toBe(1), soon);
    const orderId = (await shop.orderIdOf(key)) ?? '';
    // Whoever wants to settle it waits here, in order: first what shipping tells, then the customer.
    const page = new pg.Client({ connectionString: shop.databases.orders });
    await page.connect();
    await page.query('begin');
    await page.query('select 1 from choreography where order_id = $1 for update', [orderId]);
    const waiting = (count: number) =>
      vi.waitFor(async () => {
        const held = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%from choreography%'`;
        expect(await shop.sql('orders', held)).toHaveLength(count);
      }, soon);
    outside.releaseHeld();
    await waiting(1);
    const cancelling = ask(`/orders/${orderId}/cancel`, 'POST');
    await waiting(2);
    await page.query('commit');
    await page.end();
    const returnSagaId = `return-${orderId}`;
    expect(await cancelling).toMatchObject({ http: 200, effect: 'returns', returnSagaId });
    expect(await placing).toMatchObject({ status: 'CONFIRMED' });
    await vi.waitFor(async () => {
      expect(await ask(`/sagas/${returnSagaId}`)).toMatchObject({ status: 'returned' });
    }, soon);
  });

  test('of a delivered order is a return: parcel collected, money back, goods on the shelf', async () => {
    const placed = await order();
    const orderId = placed?.orderId ?? '';
    await settled(orderId);
    const returnSagaId = `return-${orderId}`;
    for (const what of ['cancel', 'return']) {
      const answer = await ask(`/orders/${orderId}/${what}`, 'POST');
      expect(answer).toMatchObject({ http: 200, effect: 'returns', status: 'confirmed', returnSagaId });
    }
    await vi.waitFor(async () => {
      const saga = await ask(`/sagas/${returnSagaId}`, 'GET');
      expect(saga).toMatchObject({ type: 'return-order', mode: 'choreographed', status: 'returned' });
    }, soon);
    expect(await shop.facts(orderId)).toEqual({ ...DELIVERED, refunded: 4_200, ledger: 0, reserved: 0 });
    const collected = `select 1 from carrier_statement where order_id = $1 and kind = 'return'`;
    expect(await shop.sql('outside-world', collected, [orderId])).toHaveLength(1);
    // What the participants tell of it changes nothing about the saga that delivered.
    expect(await ask(`/sagas/${placed?.sagaId}`, 'GET')).toMatchObject({ status: 'confirmed' });
  });

  test('of an order that was refused is refused', async () => {
    const { orderId = '' } = (await order({ sku: 'sku-sold-out' })) ?? {};
    await settled(orderId);
    const cancelled = await ask(`/orders/${orderId}/cancel`, 'POST');
    expect(cancelled).toMatchObject({ http: 409, error: { code: 'not_cancellable' } });
    const returned = await ask(`/orders/${orderId}/return`, 'POST');
    expect(returned).toMatchObject({ http: 409, error: { code: 'not_returnable' } });
  });
});

describe('many orders of both modes at once', () => {
  test('all end right', async () => {
    const changes = [
      {},
      { cardToken: 'tok_declined' },
      { address: '1 Nowhere Road, 00000 Atlantis' },
      { sku: 'sku-sold-out' },
    ];
    const orders = Array.from({ length: 32 }, (_, i) =>
      shop.order({ mode: i % 2 ? 'choreographed' : 'orchestrated', ...changes[Math.floor(i / 2) % 4] }),
    );
    for (const [i, placed] of (await Promise.all(orders)).entries()) {
      const facts = await settled(placed?.orderId ?? '', patient);
      if (Math.floor(i / 2) % 4 === 0) expect(facts).toEqual(DELIVERED);
      else expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    }
  }, 120_000);
});
