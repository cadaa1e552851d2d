import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { DELIVERED, leftNothing, TestShop } from '../testing/shop.ts';

const soon = { timeout: 20_000, interval: 50 };
/** Long enough for a step's budget of 12 s and the way back. */
const patient = { timeout: 40_000, interval: 100 };

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

const settled = (orderId: string, wait = soon) =>
  vi.waitFor(async () => {
    const facts = await shop.facts(orderId);
    expect(facts.outcome).not.toBeNull();
    return facts;
  }, wait);

describe('an order', () => {
  test('comes through: stock reserved, money captured, parcel labelled, customer told', async () => {
    const placed = await shop.order();
    expect(placed).toMatchObject({ http: 201, status: 'CONFIRMED' });
    const orderId = placed?.orderId ?? '';
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

  test('placed twice under one key is one order with one effect', async () => {
    const key = randomUUID();
    const [first, second] = await Promise.all([shop.order({}, key), shop.order({}, key)]);
    expect(first?.orderId).toBe(second?.orderId);
    const orderId = first?.orderId ?? '';
    await settled(orderId);
    expect(await shop.facts(orderId)).toEqual(DELIVERED);
    expect((await shop.order({ amount: 1 }, key))?.http).toBe(422);
  });

  test('without a key, or in a mode that there is not, is refused in words', async () => {
    const bare = await fetch(`${shop.services.orders.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'u', sku: 's', amount: 1, cardToken: 't', address: 'a' }),
    });
    expect(bare.status).toBe(400);
    expect(await bare.json()).toMatchObject({ error: { code: 'idempotency_key_missing' } });
    const other = await shop.order({ mode: 'telepathic' });
    expect(other).toMatchObject({ http: 400, error: { code: 'invalid_request' } });
  });
});

describe('an order which the business refuses', () => {
  test.each([
    { step: 'reserve', change: { sku: 'sku-sold-out' }, undone: [] },
    { step: 'charge', change: { cardToken: 'tok_declined' }, undone: ['reserve'] },
    { step: 'ship', change: { address: '1 Nowhere Road, 00000 Atlantis' }, undone: ['charge', 'reserve'] },
  ])('at $step leaves nothing behind', async ({ change, undone }) => {
    const placed = await shop.order(change);
    expect(placed).toMatchObject({ http: 201, status: 'REJECTED' });
    const facts = await shop.facts(placed?.orderId ?? '');
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    const journal = await shop.journal(placed?.orderId ?? '');
    expect(journal.filter((line) => line.endsWith('COMPENSATED'))).toEqual(
      undone.map((step) => `${step} compensate COMPENSATED`),
    );
  });
});

describe('a reply that is lost', () => {
  test.each([
    { service: 'inventory', path: '/reservations' },
    { service: 'payments', path: '/charges' },
    { service: 'shipping', path: '/shipments' },
    { service: 'outside-world', path: '/provider/captures' },
    { service: 'outside-world', path: '/carrier/labels' },
  ] as const)(
    'once, of $service $path, is repaired by the same key: one effect',
    async ({ service, path }) => {
      shop.meddlers[service].meddle(path, 'lose-reply', 1);
      const placed = await shop.order();
      expect(await settled(placed?.orderId ?? '')).toEqual(DELIVERED);
    },
  );

  test('for good, of a capture that happened, is refunded', async () => {
    shop.meddlers['outside-world'].meddle('/provider/captures', 'lose-reply');
    const placed = await shop.order();
    const facts = await settled(placed?.orderId ?? '', patient);
    expect(facts).toMatchObject({
      status: 'CANCELLED',
      outcome: 'compensated',
      captured: 4_200,
      refunded: 4_200,
    });
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
  });
});

describe('a call', () => {
  test('carried out twice is one effect', async () => {
    shop.meddlers.inventory.meddle('/reservations', 'twice', 1);
    shop.meddlers.payments.meddle('/charges', 'twice', 1);
    shop.meddlers.shipping.meddle('/shipments', 'twice', 1);
    const placed = await shop.order();
    expect(await settled(placed?.orderId ?? '')).toEqual(DELIVERED);
  });

  test('that arrives after its own compensation is refused', async () => {
    shop.meddlers['outside-world'].meddle('/provider/captures', 'hold');
    shop.meddlers.payments.meddle('/charges', 'hold');
    const placed = await shop.order();
    const orderId = placed?.orderId ?? '';
    await settled(orderId, patient);
    shop.meddlers.payments.heal();
    shop.meddlers['outside-world'].heal();
    shop.meddlers.payments.releaseHeld();
    shop.meddlers['outside-world'].releaseHeld();
    // A later order shows that the late calls have been dealt with.
    await settled((await shop.order())?.orderId ?? '', patient);
    const facts = await shop.facts(orderId);
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    expect(facts.captures).toBe(0);
  });
});

describe('a compensation', () => {
  test('is repeated until the peer is back, and is marked stuck meanwhile', async () => {
    shop.meddlers.inventory.meddle('/reservations/release', 'fail');
    const placed = await shop.order({ cardToken: 'tok_declined' });
    const orderId = placed?.orderId ?? '';
    expect(placed?.http).toBe(202);
    await vi.waitFor(
      async () => expect(await shop.journal(orderId)).toContain('reserve compensate STUCK'),
      patient,
    );
    shop.meddlers.inventory.heal();
    const facts = await settled(orderId, patient);
    expect(facts.status).toBe('REJECTED');
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
  });
});

describe('a cancellation', () => {
  test('before the pivot undoes what was done', async () => {
    shop.meddlers.payments.meddle('/charges', 'fail', 1);
    const key = randomUUID();
    const placing = shop.order({}, key);
    const orderId = await vi.waitFor(async () => {
      const id = await shop.orderIdOf(key);
      expect(id && (await shop.journal(id))).toContain('reserve action OK');
      return id ?? '';
    }, soon);
    const answer = await fetch(`${shop.services.orders.url}/orders/${orderId}/cancel`, { method: 'POST' });
    await placing;
    const facts = await settled(orderId);
    // The race is real: either the wish came in time, or the parcel was on its way and the answer said so.
    expect(answer.ok ? leftNothing(facts) || facts.labels === 1 : facts.status === 'CONFIRMED').toBe(true);
  });

  test('after the end is a return: parcel collected, money back, goods on the shelf, order still confirmed', async () => {
    const placed = await shop.order();
    const orderId = placed?.orderId ?? '';
    const cancel = async () => {
      const url = `${shop.services.orders.url}/orders/${orderId}/cancel`;
      return (await fetch(url, { method: 'POST' })).json();
    };
    const answers = await Promise.all([cancel(), cancel()]);
    const expected = { effect: 'returns', status: 'confirmed', returnSagaId: `return-${orderId}` };
    for (const answer of answers) expect(answer).toMatchObject(expected);
    await vi.waitFor(async () => {
      const answer = await fetch(`${shop.services.orders.url}/sagas/return-${orderId}`);
      expect(await answer.json()).toMatchObject({ type: 'return-order', status: 'returned' });
    }, soon);
    expect(await shop.facts(orderId)).toEqual({ ...DELIVERED, refunded: 4_200, ledger: 0, reserved: 0 });
    const collected = `select 1 from carrier_statement where order_id = $1 and kind = 'return'`;
    expect(await shop.sql('outside-world', collected, [orderId])).toHaveLength(1);
    // Asked for again, it is the same return.
    expect(await cancel()).toMatchObject(expected);
  });

  test('of an order that was refused is refused', async () => {
    const placed = await shop.order({ sku: 'sku-sold-out' });
    for (const what of ['cancel', 'return']) {
      const url = `${shop.services.orders.url}/orders/${placed?.orderId}/${what}`;
      const answer = await fetch(url, { method: 'POST' });
      expect(answer.status).toBe(409);
      const code = what === 'cancel' ? 'not_cancellable' : 'not_returnable';
      expect(await answer.json()).toMatchObject({ error: { code } });
    }
  });
});
