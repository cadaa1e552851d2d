import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TestHub } from '../../agents/node/testing/hub.ts';
import { OtlpSink } from '../../agents/node/testing/otlp-sink.ts';
import { DEMO_PASSWORD } from '../identity/api.ts';
import { IssuedToken } from '../kit/identity/token-cache.ts';
import { Crowd } from '../testing/crowd.ts';
import { pointsToTry } from '../testing/points.ts';
import { WholeShop } from '../testing/whole-shop.ts';
import { type AssembledOrder, LegacyOrders } from './api.ts';

const REGISTER = new URL('../../agents/node/register.ts', import.meta.url).href;
const soon = { timeout: 60_000, interval: 100 };

let shop: WholeShop;
beforeAll(async () => {
  shop = await WholeShop.start();
  await vi.waitFor(async () => expect((await order()).status).toBe(201), soon);
}, 240_000);
afterAll(() => shop.stop());

type Init = { headers?: Record<string, string>; body?: unknown };
const at = (path: string, { headers = {}, body }: Init = {}) =>
  fetch(`${shop.get('gateway').url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const goods = {
  sku: 'sku-02',
  quantity: 2,
  cardToken: 'tok_visa',
  address: '1 Harbour Street, 20095 Hamburg',
};
const order = (change: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  at('/orders', { headers, body: { ...goods, ...change } });

async function login(user: string): Promise<{ authorization: string }> {
  const answer = await at('/login', { body: { user, password: DEMO_PASSWORD } });
  return { authorization: `Bearer ${IssuedToken.parse(await answer.json()).token}` };
}

const codeOf = async (answer: Response) =>
  [answer.status, ((await answer.json()) as { error: { code: string } }).error.code] as const;

describe('a customer who has logged in', () => {
  test('orders as himself at the catalog’s price, and sees his order with all its parts', async () => {
    const me = await login('user-11');
    const placed = await order({}, me);
    expect(placed.status).toBe(201);
    const { orderId, userId, amount } = (await placed.json()) as Record<string, unknown>;
    const product = (await (await at('/products/sku-02')).json()) as { price: number };
    expect({ userId, amount }).toEqual({ userId: 'user-11', amount: 2 * product.price });
    const path = `/orders/${orderId}`;
    await vi.waitFor(async () => {
      const page = (await (
        await at(path, { headers: { ...me, 'x-canary': 'v2' } })
      ).json()) as AssembledOrder;
      expect(page).toMatchObject({
        order: { status: 'CONFIRMED' },
        user: { id: 'user-11', name: 'Customer 11' },
        shipments: [{ status: 'created' }],
        details: { payment: { status: 'captured' }, shipment: { status: 'created' } },
        degraded: [],
      });
    }, soon);
  });

  test('cannot order for another, nor see or cancel what is another’s', async () => {
    const me = await login('user-12');
    const { orderId } = (await (await order({}, me)).json()) as { orderId: string };
    const other = await login('user-13');
    expect(await codeOf(await order({ userId: 'user-12' }, other))).toEqual([403, 'forbidden']);
    expect(await codeOf(await at(`/orders/${orderId}`, { headers: other }))).toEqual([404, 'not_found']);
    expect(await codeOf(await at(`/orders/${orderId}/cancel`, { headers: other, body: {} }))).toEqual([
      404,
      'not_found',
    ]);
    expect(await codeOf(await at('/users/user-12/orders', { headers: other }))).toEqual([403, 'forbidden']);
    expect((await at('/users/user-12/orders', { headers: me })).status).toBe(200);
    for (const list of ['/orders', '/legacy/orders']) {
      const seen = async (headers: Record<string, string>) =>
        JSON.stringify(await (await at(list, { headers })).json()).includes(orderId);
      expect([list, await seen(me), await seen(other)]).toEqual([list, true, false]);
    }
  });

  test('with a token that is none is refused, and is never taken for a guest', async () => {
    const wrong = { authorization: 'Bearer ey.not.one' };
    expect(await codeOf(await order({}, wrong))).toEqual([401, 'unauthenticated']);
  });

  test('who asks too often is told when to come back; others are not held up', async () => {
    const me = await login('user-14');
    const answers = await Promise.all(
      Array.from({ length: 130 }, () => at('/users/user-14/orders', { headers: me })),
    );
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(100);
    const [first] = limited;
    expect(Number(first?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(first && (await codeOf(first))).toEqual([429, 'rate_limited']);
    const other = await login('user-15');
    expect((await at('/users/user-15/orders', { headers: other })).status).toBe(200);
    // Nor can he be held up by somebody who only says that he is he.
    await Promise.all(Array.from({ length: 130 }, () => order({ userId: 'user-15', amount: 1 })));
    expect((await at('/users/user-15/orders', { headers: other })).status).toBe(200);
  });
});

describe('a gateway which wants a login', () => {
  beforeAll(async () => {
    await shop.get('gateway').stop();
    await shop.get('gateway').start({ SHOP_REQUIRE_LOGIN: 'on' });
  });
  afterAll(async () => {
    await shop.get('gateway').stop();
    await shop.get('gateway').start();
  });

  test('serves nobody who has not logged in, and everybody who has', async () => {
    for (const path of ['/products', '/orders', '/orders/any', '/users/user-16/orders', '/legacy/orders']) {
      expect([path, await codeOf(await at(path))]).toEqual([path, [401, 'unauthenticated']]);
    }
    expect(await codeOf(await order())).toEqual([401, 'unauthenticated']);
    expect(await codeOf(await at('/orders/any/cancel', { body: {} }))).toEqual([401, 'unauthenticated']);
    expect((await at('/readyz')).status).toBe(200);
    const me = await login('user-16');
    expect((await at('/products', { headers: me })).status).toBe(200);
    expect((await order({}, me)).status).toBe(201);
  });
});

describe('an operator', () => {
  test('may decide what a stuck saga waits for; a service which only reads may not', async () => {
    const decide = async (who: string) =>
      fetch(`${shop.get('orders').url}/sagas/no-such-saga/interventions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await shop.tokenOf(who, 'orders')}`,
        },
        body: JSON.stringify({ do: 'retry', step: 'charge', who: 'test' }),
      });
    expect(await codeOf(await decide('operator'))).toEqual([409, 'not_stuck']);
    expect(await codeOf(await decide('auditor'))).toEqual([403, 'forbidden']);
  });
});

describe('the correlation id of a request', () => {
  // Each hears of the order by a call or only by a queue: what it sends on carries the id still.
  test.each([
    ['orchestrated', ['orders', 'payments', 'shipping', 'notifications']],
    ['choreographed', ['orders', 'inventory', 'payments', 'shipping', 'notifications']],
  ])('goes with its %s saga through calls and queues', async (mode, senders) => {
    const id = `test-${mode}-${randomUUID()}`;
    const placed = await order({ mode }, { 'x-correlation-id': id });
    expect(placed.headers.get('x-correlation-id')).toBe(id);
    for (const service of senders) {
      const sent = `select 1 from outbox where headers ->> 'x-correlation-id' = $1`;
      const count = async () => (await shop.sql(service, sent, [id])).length;
      await vi.waitFor(async () => expect(await count(), service).toBeGreaterThan(0), soon);
    }
  });
});

describe('the price', () => {
  test('is the catalog’s: another one is refused before anything happens', async () => {
    const before = await shop.sql('orders', 'select 1 from order_head');
    expect(await codeOf(await order({ amount: 1 }))).toEqual([409, 'price_changed']);
    expect(await codeOf(await order({ sku: 'sku-of-nothing' }))).toEqual([404, 'not_found']);
    expect(await shop.sql('orders', 'select 1 from order_head')).toHaveLength(before.length);
  });

  test('of the last minute is good while the catalog is away, and says that it is old', async () => {
    expect((await order()).headers.get('x-price')).toBe(null);
    const catalog = shop.get('catalog');
    await catalog.kill();
    const answer = await order();
    expect([answer.status, answer.headers.get('x-price')]).toEqual([201, 'stale']);
    const known = await at('/products/sku-02');
    expect([known.status, Number(known.headers.get('age')) > 0]).toEqual([200, true]);
    await catalog.start();
  });
});

describe('the page of an order', () => {
  test('comes without the parts whose services are away, and names them', async () => {
    const { orderId } = (await (await order({ userId: 'user-1' })).json()) as { orderId: string };
    const away = [shop.get('orderview'), shop.get('shipping'), shop.get('shipping-2')];
    await Promise.all(away.map((service) => service.kill()));
    const page = (await (await at(`/orders/${orderId}`, { headers: { 'x-canary': 'v2' } })).json()) as object;
    expect(page).toMatchObject({ order: { orderId }, shipments: null, details: null });
    expect((page as AssembledOrder).degraded.toSorted()).toEqual(['orderview', 'shipping']);
    await Promise.all(away.map((service) => service.start()));
  });

  test('is of the variant that header or cookie ask for, and says which', async () => {
    const { orderId } = (await (await order()).json()) as { orderId: string };
    const variant = async (headers: Record<string, string>) =>
      (await at(`/orders/${orderId}`, { headers })).headers.get('x-variant');
    expect(await variant({ 'x-canary': 'v2' })).toBe('v2');
    expect(await variant({ cookie: 'canary=v2' })).toBe('v2');
    expect(await variant({ cookie: 'canary=v2', 'x-canary': 'v1' })).toBe('v1');
    const met = await at(`/orders/${orderId}`);
    expect(met.headers.get('set-cookie')).toContain(`canary=${met.headers.get('x-variant')}`);
  });
});

describe('what is changed live on the agent channel', () => {
  let hub: TestHub;
  let sink: OtlpSink;
  beforeAll(async () => {
    [hub, sink] = await Promise.all([TestHub.start(), OtlpSink.start()]);
    await shop.get('gateway').stop();
    await shop.get('gateway').start({
      NODE_OPTIONS: `--import ${REGISTER}`,
      OTEL_SERVICE_NAME: 'gateway',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      STORMGLASS_HUB: hub.url,
    });
    await vi.waitUntil(() => hub.hello('gateway') !== undefined, soon);
  });
  afterAll(async () => {
    await shop.get('gateway').stop();
    await Promise.all([hub.close(), sink.close()]);
    await shop.get('gateway').start();
  });
  const set = (control: string, percent: number) => hub.invoke('gateway', control, { percent });

  test('the canary moves everybody who asked for nothing else, and spans tell the variant', async () => {
    const { orderId } = (await (await order()).json()) as { orderId: string };
    const variants = async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => at(`/orders/${orderId}`)));
      return new Set(answers.map(({ headers }) => headers.get('x-variant')));
    };
    expect(await set('order-page.set', 100)).toMatchObject({ ok: true });
    expect(await variants()).toEqual(new Set(['v2']));
    expect(await set('order-page.set', 0)).toMatchObject({ ok: true });
    expect(await variants()).toEqual(new Set(['v1']));
    expect(await set('order-page.set', 101)).toMatchObject({ ok: false });
    const id = `test-span-${randomUUID()}`;
    await at(`/orders/${orderId}`, { headers: { 'x-canary': 'v2', 'x-correlation-id': id } });
    const told = {
      'feature_flag.key': 'order-page',
      'feature_flag.result.variant': 'v2',
      'correlation.id': id,
    };
    await vi.waitFor(() => {
      const ours = sink.spans.filter(({ attributes }) => attributes['correlation.id'] === id);
      expect(Object.assign({}, ...ours.map(({ attributes }) => attributes))).toMatchObject(told);
    }, soon);
  });

  test('the old list of orders moves from orders to orderview, and is the same list', async () => {
    const legacy = async () => {
      const answer = await at('/legacy/orders');
      const { orders } = LegacyOrders.parse(await answer.json());
      return { from: answer.headers.get('x-served-by'), ids: orders.map(({ orderId }) => orderId).sort() };
    };
    const before = await legacy();
    expect(before.from).toBe('orders');
    await set('legacy-orders.set', 100);
    // The read model follows the orders at its own pace.
    await vi.waitFor(
      async () => expect(await legacy()).toEqual({ from: 'orderview', ids: before.ids }),
      soon,
    );
    await shop.get('orderview').kill();
    expect(await legacy()).toEqual(before);
    await shop.get('orderview').start();
  });
});

describe('a restart in good order, under load,', () => {
  const all = [
    ...['gateway', 'catalog', 'registry', 'orders', 'inventory', 'payments', 'shipping', 'notifications'],
    ...['orderview', 'identity', 'outside-world'],
  ] as Parameters<WholeShop['get']>[0][];
  test.each(pointsToTry(all))(
    'of %s loses no request',
    async (name) => {
      const crowd = new Crowd(shop.get('gateway').url, goods);
      crowd.start(4);
      await vi.waitFor(() => expect(crowd.served).toBeGreaterThan(8), soon);
      await shop.get(name).stop();
      await shop.get(name).start();
      const back = crowd.served;
      await vi.waitFor(() => expect(crowd.served).toBeGreaterThan(back + 8), soon);
      await crowd.leave();
      expect(crowd.failures).toEqual([]);
    },
    120_000,
  );
});
