import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ServiceProcess } from '../testing/service-process.ts';
import { TestShop } from '../testing/shop.ts';

const soon = { timeout: 60_000, interval: 50 };

let shop: TestShop;
let catalog: ServiceProcess;
let gateway: ServiceProcess;
let loadgen: ServiceProcess;
beforeAll(async () => {
  shop = await TestShop.start();
  catalog = new ServiceProcess('catalog', { DATABASE_URL: await shop.postgres.database('catalog') });
  await catalog.start();
  const urls = {
    ORDERS_URL: shop.services.orders.url,
    SHIPPING_URL: shop.meddlers.shipping.url,
    CATALOG_URL: catalog.url,
  };
  gateway = new ServiceProcess('gateway', { SHOP_PROFILE: 'demo', ...urls });
  await gateway.start();
  loadgen = new ServiceProcess('loadgen', { GATEWAY_URL: gateway.url, LOAD_RATE: '0' });
  await loadgen.start();
});
afterAll(async () => {
  await Promise.all([catalog.kill(), gateway.kill(), loadgen.kill()]);
  await shop.stop();
});

const order = (key: string = randomUUID()) =>
  fetch(`${gateway.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, 'x-correlation-id': 'corr-1' },
    body: JSON.stringify({
      ...{ userId: 'user-7', sku: 'sku-02', quantity: 1, cardToken: 'tok_visa' },
      address: '1 Harbour Street, 20095 Hamburg',
    }),
  });

describe('the gateway', () => {
  test('places an order and shows it with its parcel; the correlation id comes back', async () => {
    const placed = await order();
    expect(placed.status).toBe(201);
    expect(placed.headers.get('x-correlation-id')).toBe('corr-1');
    const { orderId } = (await placed.json()) as { orderId: string };
    const view = await (await fetch(`${gateway.url}/orders/${orderId}`)).json();
    expect(view).toMatchObject({
      order: { status: 'CONFIRMED' },
      shipments: [{ status: 'created' }],
      degraded: [],
    });
  });

  test('answers with what it has when shipping is away, and says what is missing', async () => {
    const { orderId } = (await (await order()).json()) as { orderId: string };
    shop.meddlers.shipping.meddle(`/shipments?orderId=${orderId}`, 'fail');
    const view = await (await fetch(`${gateway.url}/orders/${orderId}`)).json();
    shop.meddlers.shipping.heal();
    expect(view).toMatchObject({ order: { orderId }, shipments: null, degraded: ['shipping'] });
  });

  test('is ready without any database, and says no to what is not there in the shop’s own words', async () => {
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    const missing = await fetch(`${gateway.url}/orders/none`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { code: 'not_found' } });
    expect((await fetch(`${gateway.url}/metrics`)).headers.get('content-type')).toContain('text/plain');
  });
});

describe('a restart of orders', () => {
  test('in order drains: every order that was accepted is answered, and ends', async () => {
    const running = Array.from({ length: 10 }, () => order());
    await vi.waitFor(async () => {
      const open = await shop.sql<{ n: number }>('orders', 'select count(*)::int as n from order_head');
      expect(open[0]?.n).toBeGreaterThan(4);
    }, soon);
    await shop.services.orders.stop();
    await shop.services.orders.start();
    const answers = await Promise.all(running);
    for (const answer of answers.filter((each) => each.ok)) {
      const { orderId } = (await answer.json()) as { orderId: string };
      await vi.waitFor(async () => expect((await shop.facts(orderId)).status).toBe('CONFIRMED'), soon);
    }
    expect(answers.some((answer) => answer.ok)).toBe(true);
  });
});

describe('the load generator', () => {
  test('remembers each order that was accepted', async () => {
    await loadgen.stop();
    await loadgen.start({ LOAD_RATE: '20', LOAD_SEED: '5' });
    const accepted = await vi.waitFor(async () => {
      const said = (await (await fetch(`${loadgen.url}/accepted`)).json()) as {
        accepted: { orderId: string }[];
      };
      expect(said.accepted.length).toBeGreaterThan(3);
      return said.accepted;
    }, soon);
    for (const { orderId } of accepted) {
      const rows = await shop.sql('orders', 'select 1 from order_head where id = $1', [orderId]);
      expect(rows).toHaveLength(1);
    }
  });
});
