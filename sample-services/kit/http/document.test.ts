import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contract } from '../../testing/openapi.ts';
import { ServiceProcess } from '../../testing/service-process.ts';
import { TestShop } from '../../testing/shop.ts';

const WITH_ALL_ROUTES = { LOG_LEVEL: 'debug' };

let shop: TestShop;
const more: ServiceProcess[] = [];
const services: Record<string, ServiceProcess> = {};
const contracts: Record<string, Contract> = {};

/** One of the services which TestShop has not. */
async function start(name: string, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = new ServiceProcess(name, {
    ...WITH_ALL_ROUTES,
    DATABASE_URL: await shop.postgres.database(name),
    ...env,
  });
  more.push(service);
  await service.start();
  services[name] = service;
  return service;
}

beforeAll(async () => {
  shop = await TestShop.start(WITH_ALL_ROUTES);
  Object.assign(services, shop.services);
  await start('identity', { SHOP_SERVICE_SECRET: 'a-secret-of-the-launcher' });
  await start('registry');
  const catalog = await start('catalog');
  const orderview = await start('orderview', {
    BROKER_URL: shop.databases.broker ?? '',
    ORDERS_URL: shop.services.orders.url,
    PAYMENTS_URL: shop.services.payments.url,
    SHIPPING_URL: shop.services.shipping.url,
    NOTIFICATIONS_URL: shop.services.notifications.url,
  });
  const gateway = await start('gateway', {
    ORDERS_URL: shop.services.orders.url,
    SHIPPING_URL: shop.services.shipping.url,
    CATALOG_URL: catalog.url,
    ORDERVIEW_URL: orderview.url,
  });
  await start('loadgen', { GATEWAY_URL: gateway.url, LOAD_RATE: '0' });
  const audited = await shop.postgres.reader('reader', ['orders', 'payments', 'outside-world']);
  await start('auditor', { AUDIT_DATABASES: JSON.stringify(audited) });
  for (const [name, service] of Object.entries(services)) {
    contracts[name] = new Contract(await (await fetch(`${service.url}/openapi.json`)).json());
  }
}, 240_000);
afterAll(async () => {
  await Promise.all(more.map((service) => service.kill()));
  await shop.stop();
});

/** The routes a process said it has when it started, as a document writes them. */
function routesOf(service: ServiceProcess): string[] {
  const line = service.log.split('\n').find((each) => each.includes('"msg":"routes"'));
  const { routes } = JSON.parse(line ?? '{}') as { routes: string[] };
  return routes.map((route) => route.replaceAll(/:(\w+)/g, '{$1}')).sort();
}

interface Call {
  service: string;
  method: 'GET' | 'POST';
  path: string;
  /** With its parameters filled in, when it has any. */
  url?: string;
  body?: unknown;
  key?: string;
}

/** Makes a call; gives its status when the answer is as declared, else what is wrong with it. */
async function answerTo({ service, method, path, url = path, body, key }: Call): Promise<number | string> {
  const answer = await fetch(`${services[service]?.url}${url}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const misfits = contracts[service]?.misfits(method, path, answer.status, await answer.json());
  return misfits === '' ? answer.status : (misfits ?? `no document of ${service}`);
}

const order = {
  userId: 'user-1',
  sku: 'sku-03',
  quantity: 1,
  cardToken: 'tok_visa',
  address: '1 Harbour Street, 20095 Hamburg',
};

describe('the OpenAPI document of every service', () => {
  test('is valid, and has each route the server has', () => {
    expect(Object.keys(contracts).sort()).toEqual(Object.keys(services).sort());
    for (const [name, service] of Object.entries(services)) {
      expect(contracts[name]?.operations, name).toEqual(routesOf(service));
    }
  });

  test('is what the processes themselves answer', async () => {
    for (const service of Object.keys(services)) {
      for (const path of ['/healthz', '/readyz', '/health', '/openapi.json']) {
        expect(await answerTo({ service, method: 'GET', path }), `${service} ${path}`).toBe(200);
      }
    }
  });

  test('is what an order’s way through the shop answers', async () => {
    const key = randomUUID();
    const place = { service: 'gateway', method: 'POST', path: '/orders', body: order, key } as const;
    expect(await answerTo(place)).toBe(201);
    const orderId = (await shop.orderIdOf(key)) ?? '';
    const [row] = await shop.sql<{ saga_id: string }>('orders', 'select saga_id from saga_step limit 1');
    const reads: Call[] = [
      { service: 'gateway', method: 'GET', path: '/orders/{id}', url: `/orders/${orderId}` },
      { service: 'gateway', method: 'GET', path: '/orders' },
      { service: 'orders', method: 'GET', path: '/orders/{id}', url: `/orders/${orderId}` },
      { service: 'orders', method: 'GET', path: '/orders' },
      { service: 'orders', method: 'GET', path: '/sagas/{id}', url: `/sagas/${row?.saga_id}` },
      { service: 'catalog', method: 'GET', path: '/products' },
      { service: 'gateway', method: 'GET', path: '/products/{sku}', url: '/products/sku-01' },
      { service: 'gateway', method: 'GET', path: '/routing' },
      { service: 'inventory', method: 'GET', path: '/stock' },
      { service: 'payments', method: 'GET', path: '/ledger', url: `/ledger?orderId=${orderId}` },
      { service: 'shipping', method: 'GET', path: '/shipments', url: `/shipments?orderId=${orderId}` },
      { service: 'notifications', method: 'GET', path: '/notifications' },
      { service: 'outside-world', method: 'GET', path: '/provider/statement' },
      { service: 'outside-world', method: 'GET', path: '/carrier/statement' },
      { service: 'outside-world', method: 'GET', path: '/messages/statement' },
      { service: 'gateway', method: 'GET', path: '/legacy/orders' },
      { service: 'orderview', method: 'GET', path: '/orders/recent' },
      { service: 'orderview', method: 'GET', path: '/projection' },
      { service: 'identity', method: 'GET', path: '/.well-known/jwks.json' },
      { service: 'identity', method: 'GET', path: '/grants' },
      { service: 'registry', method: 'GET', path: '/services' },
      { service: 'registry', method: 'GET', path: '/graph' },
      { service: 'registry', method: 'GET', path: '/start-order' },
      { service: 'loadgen', method: 'GET', path: '/stats' },
      { service: 'loadgen', method: 'GET', path: '/accepted' },
      { service: 'auditor', method: 'GET', path: '/invariants' },
      { service: 'auditor', method: 'GET', path: '/invariants/{id}', url: '/invariants/I1' },
      { service: 'auditor', method: 'GET', path: '/consistency' },
    ];
    for (const read of reads) expect(await answerTo(read), `${read.service} ${read.path}`).toBe(200);
  });

  test('is what commands answer: done, repeated, refused, without a key, with a body that does not fit', async () => {
    const path = '/reservations';
    const key = randomUUID();
    const body = { orderId: 'o-1', sku: 'sku-04', quantity: 1 };
    const reserve = { service: 'inventory', method: 'POST', path, body, key } as const;
    expect(await answerTo(reserve)).toBe(201);
    expect(await answerTo(reserve)).toBe(201);
    expect(await answerTo({ ...reserve, body: { ...body, quantity: 2 } })).toBe(422);
    expect(await answerTo({ ...reserve, key: randomUUID(), body: { ...body, sku: 'sku-sold-out' } })).toBe(
      409,
    );
    expect(await answerTo({ ...reserve, key: randomUUID(), body: { sku: 7 } })).toBe(400);
    const { key: _, ...keyless } = reserve;
    expect(await answerTo(keyless)).toBe(400);
  });

  test('is what the auditor answers: a look at everything, and no to what it does not check', async () => {
    const sweep = {
      service: 'auditor',
      method: 'POST',
      path: '/sweep',
      url: '/sweep?everything=true',
    } as const;
    expect(await answerTo(sweep)).toBe(200);
    expect(await answerTo({ ...sweep, url: '/sweep?everything=perhaps' })).toBe(400);
    const unknown = {
      service: 'auditor',
      method: 'GET',
      path: '/invariants/{id}',
      url: '/invariants/I99',
    } as const;
    expect(await answerTo(unknown)).toBe(404);
  });

  test('is what identity and registry answer', async () => {
    const user = { user: 'user-1', password: 'stormglass' };
    const login = { service: 'identity', method: 'POST', path: '/login' } as const;
    expect(await answerTo({ ...login, body: user })).toBe(200);
    expect(await answerTo({ ...login, body: { ...user, password: 'wrong' } })).toBe(401);
    const beat = { service: 'registry', method: 'POST', path: '/heartbeats' } as const;
    expect(await answerTo({ ...beat, body: { instance: 'nobody-1', revision: '' } })).toBe(200);
    expect(
      await answerTo({ service: 'registry', method: 'GET', path: '/services/{name}', url: '/services/none' }),
    ).toBe(404);
  });

  test('is what a failure behind a service answers', async () => {
    shop.meddlers['outside-world'].meddle('/carrier/labels', 'fail', 1);
    const body = { orderId: 'o-2', address: '1 Mill Lane' };
    const ship = {
      service: 'shipping',
      method: 'POST',
      path: '/shipments',
      body,
      key: randomUUID(),
    } as const;
    expect(await answerTo(ship)).toBe(502);
    expect(
      await answerTo({ service: 'gateway', method: 'GET', path: '/orders/{id}', url: '/orders/none' }),
    ).toBe(404);
  });
});
