import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DEMO_PASSWORD } from '../identity/api.ts';
import { IssuedToken } from '../kit/identity/token-cache.ts';
import { Crowd } from '../testing/crowd.ts';
import { WholeShop } from '../testing/whole-shop.ts';
import type { AssembledOrder } from './api.ts';

/** The whole shop a second time costs too much for each run of the tests: it belongs to the campaign of restarts. */
const whole = process.env.STORMGLASS_ALL_POINTS === '1';
const soon = { timeout: 60_000, interval: 100 };
const goods = {
  sku: 'sku-02',
  quantity: 1,
  cardToken: 'tok_visa',
  address: '1 Harbour Street, 20095 Hamburg',
};

describe.runIf(whole)('the whole shop with certificates on both sides of each connection', () => {
  let shop: WholeShop;
  beforeAll(async () => {
    shop = await WholeShop.start({ secure: true });
    await vi.waitFor(async () => expect((await order({})).status).toBe(201), soon);
  }, 240_000);
  afterAll(() => shop.stop());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${shop.get('gateway').url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const order = (change: Record<string, unknown>, headers: Record<string, string> = {}) =>
    post('/orders', { ...goods, ...change }, headers);

  test.each(['orchestrated', 'choreographed'])('delivers an order, %s, and shows all of it', async (mode) => {
    const login = await post('/login', { user: 'user-21', password: DEMO_PASSWORD });
    const me = { authorization: `Bearer ${IssuedToken.parse(await login.json()).token}` };
    const { orderId } = (await (await order({ mode }, me)).json()) as { orderId: string };
    await vi.waitFor(async () => {
      const page = await fetch(`${shop.get('gateway').url}/orders/${orderId}`, {
        headers: { ...me, 'x-canary': 'v2' },
      });
      expect((await page.json()) as AssembledOrder).toMatchObject({
        order: { status: 'CONFIRMED' },
        user: { id: 'user-21' },
        shipments: [{ status: 'created' }],
        details: { payment: { status: 'captured' }, shipment: { status: 'created' } },
        degraded: [],
      });
    }, soon);
  });

  test('lets nobody in who has no certificate, but customers at its door', async () => {
    for (const [name, { url }] of shop.services) {
      const answers = async (address: string) =>
        fetch(`${address}/healthz`).then(
          ({ status }) => status,
          () => 'none',
        );
      const expected = name === 'gateway' ? 200 : 'none';
      expect([name, await answers(url)]).toEqual([name, expected]);
      expect([name, await answers(url.replace('http:', 'https:'))]).toEqual([name, 'none']);
    }
  });

  test('is ordered from by the load generator, and watched by the auditor', async () => {
    const loadgen = shop.guest('loadgen', { GATEWAY_URL: shop.get('gateway').url, LOAD_RATE: '5' });
    const auditor = shop.guest('auditor', { AUDIT_DATABASES: await shop.readable() });
    onTestFinished(async () => {
      await Promise.all([loadgen.kill(), auditor.kill()]);
    });
    const confirmed = async () =>
      (await shop.sql('orders', `select 1 from order_head where status = 'CONFIRMED'`)).length;
    const before = await confirmed();
    await Promise.all([loadgen.start(), auditor.start()]);
    await vi.waitFor(async () => expect(await confirmed()).toBeGreaterThan(before + 5), soon);
  }, 120_000);

  test('loses no request when orders is restarted in good order', async () => {
    const crowd = new Crowd(shop.get('gateway').url, goods);
    crowd.start(4);
    await vi.waitFor(() => expect(crowd.served).toBeGreaterThan(8), soon);
    await shop.get('orders').stop();
    await shop.get('orders').start();
    const back = crowd.served;
    await vi.waitFor(() => expect(crowd.served).toBeGreaterThan(back + 8), soon);
    await crowd.leave();
    expect(crowd.failures).toEqual([]);
  }, 120_000);
});
