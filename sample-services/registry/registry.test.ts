import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { clientSecret } from '../kit/identity/client-secret.ts';
import { IssuedToken } from '../kit/identity/token-cache.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { ServiceProcess } from '../testing/service-process.ts';
import { GraphAnswer, ServiceAnswer, StartOrderAnswer } from './api.ts';

const ROOT_SECRET = 'a-secret-of-the-launcher';
const soon = { timeout: 30_000, interval: 50 };

let postgres: TestPostgres;
let identity: ServiceProcess;
let registry: ServiceProcess;
let shipping: [ServiceProcess, ServiceProcess];
let gateway: ServiceProcess;
beforeAll(async () => {
  postgres = await startTestPostgres();
  const databases = Object.fromEntries(
    await Promise.all(
      ['identity', 'registry', 'shipping', 'broker'].map(
        async (name) => [name, await postgres.database(name)] as const,
      ),
    ),
  );
  identity = new ServiceProcess('identity', {
    SHOP_SERVICE_SECRET: ROOT_SECRET,
    DATABASE_URL: databases.identity ?? '',
  });
  await identity.start();
  const known = (service: string) => ({
    IDENTITY_URL: identity.url,
    SHOP_CLIENT_SECRET: clientSecret(ROOT_SECRET, service),
    ...(databases[service] === undefined ? {} : { DATABASE_URL: databases[service] }),
  });
  registry = new ServiceProcess('registry', known('registry'));
  await registry.start();
  const REGISTRY_URL = registry.url;
  const replica = (n: number) =>
    new ServiceProcess('shipping', {
      ...known('shipping'),
      REGISTRY_URL,
      OUTSIDE_URL: 'http://127.0.0.1:1',
      BROKER_URL: databases.broker ?? '',
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=shipping-${n},service.version=1.2.${n}`,
    });
  shipping = [replica(1), replica(2)];
  gateway = new ServiceProcess('gateway', { ...known('gateway'), REGISTRY_URL });
  await Promise.all([...shipping, gateway].map((service) => service.start()));
});
beforeEach(async () => {
  const all = [identity, registry, ...shipping, gateway];
  await Promise.all(all.filter((service) => !service.running).map((service) => service.start()));
  await vi.waitFor(async () => expect(await idsOf('shipping')).toEqual(['shipping-1', 'shipping-2']), soon);
  // A breaker that opened while the registry was away.
  for (const { url } of [...shipping, gateway]) {
    await vi.waitFor(async () => expect((await healthOf(url)).peers.registry).toBe('closed'), soon);
  }
});
afterAll(async () => {
  await Promise.all([identity, registry, ...shipping, gateway].map((service) => service.kill()));
  await postgres.stop();
});

async function tokenFor(service: string, audience: string): Promise<string> {
  const answer = await fetch(`${identity.url}/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service, secret: clientSecret(ROOT_SECRET, service), audience }),
  });
  return IssuedToken.parse(await answer.json()).token;
}

async function ask(path: string, as = 'operator'): Promise<unknown> {
  const headers = { authorization: `Bearer ${await tokenFor(as, 'registry')}` };
  return (await fetch(`${registry.url}${path}`, { headers })).json();
}

async function register(body: Record<string, unknown>, as: string): Promise<Response> {
  return fetch(`${registry.url}/instances`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor(as, 'registry')}`,
    },
    body: JSON.stringify({
      ...{ version: '1', host: '127.0.0.1', port: 1, healthCheckPath: '/readyz', dependencies: [] },
      ...body,
    }),
  });
}

const found = async (name: string) => ServiceAnswer.parse(await ask(`/services/${name}`));
const idsOf = async (name: string) => (await found(name)).instances.map(({ id }) => id);

interface Health {
  peers: Record<string, string>;
  discovery: Record<string, { instances: string[]; ageSeconds: number | null; stale: boolean }>;
}
const healthOf = async (url: string) => (await (await fetch(`${url}/health`)).json()) as Health;
const gatewayKnows = async () => (await healthOf(gateway.url)).discovery.shipping;

describe('the registry', () => {
  test('has both replicas of a service with their versions and addresses', async () => {
    const { instances } = await found('shipping');
    expect(instances).toEqual([
      { id: 'shipping-1', url: shipping[0].url, version: '1.2.1', healthy: true },
      { id: 'shipping-2', url: shipping[1].url, version: '1.2.2', healthy: true },
    ]);
  });

  test('forgets an instance that is killed, and names one that goes in order as gone', async () => {
    await shipping[1].kill();
    await vi.waitFor(async () => expect(await idsOf('shipping')).toEqual(['shipping-1']), soon);
    await shipping[0].stop();
    expect(await found('shipping')).toMatchObject({ instances: [], left: ['shipping-1'] });
  });

  test('after a kill -9 has what it had before', async () => {
    const before = await found('shipping');
    await shipping[0].pauseAnd(async () => {
      await registry.kill();
      await registry.start();
      expect(await found('shipping')).toEqual(before);
    });
  });

  test('lists an instance that fails its health check last', async () => {
    await register({ name: 'shipping', instance: 'a-shipping-without-server' }, 'shipping');
    const keepAlive = setInterval(() => void beat('a-shipping-without-server'), 1_000);
    try {
      const unhealthy = async () =>
        (await found('shipping')).instances.map(({ id, healthy }) => `${id} ${healthy}`);
      await vi.waitFor(async () => {
        const expected = ['shipping-1 true', 'shipping-2 true', 'a-shipping-without-server false'];
        expect(await unhealthy()).toEqual(expected);
      }, soon);
    } finally {
      clearInterval(keepAlive);
    }
    await vi.waitFor(async () => expect(await idsOf('shipping')).toHaveLength(2), soon);
  });

  test('lets a service speak for nobody but itself', async () => {
    const answer = await register({ name: 'payments', instance: 'payments-1' }, 'shipping');
    expect(answer.status).toBe(403);
    const unproven = await fetch(`${registry.url}/services`);
    expect(unproven.status).toBe(401);
  });

  test('knows who needs whom, the order to start in, and names a circle', async () => {
    const graph = GraphAnswer.parse(await ask('/graph'));
    expect(graph.dependencies).toEqual(
      expect.arrayContaining([
        { from: 'gateway', to: 'shipping' },
        { from: 'gateway', to: 'orders' },
        { from: 'shipping', to: 'identity' },
      ]),
    );
    expect(StartOrderAnswer.parse(await ask('/start-order'))).toEqual({
      waves: [['shipping'], ['gateway']],
      cycles: [],
    });
    await register({ name: 'orders', instance: 'orders-9', dependencies: ['gateway'] }, 'orders');
    expect(StartOrderAnswer.parse(await ask('/start-order')).cycles).toEqual([['gateway', 'orders']]);
  });
});

async function beat(instance: string): Promise<void> {
  await fetch(`${registry.url}/heartbeats`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenFor('shipping', 'registry')}`,
    },
    body: JSON.stringify({ instance, revision: '' }),
  }).catch(() => undefined);
}

describe('a caller', () => {
  test('keeps the last known instances while the registry is away, and says that they are old', async () => {
    await vi.waitFor(async () => expect((await gatewayKnows())?.instances).toHaveLength(2), soon);
    expect(await gatewayKnows()).toMatchObject({ stale: false });
    await registry.kill();
    await vi.waitFor(async () => expect(await gatewayKnows()).toMatchObject({ stale: true }), soon);
    expect((await gatewayKnows())?.instances).toEqual(['shipping-1', 'shipping-2']);
    await registry.start();
    await vi.waitFor(async () => expect(await gatewayKnows()).toMatchObject({ stale: false }), soon);
  });

  test('drops an instance that said it goes, before it is gone', async () => {
    const stopping = shipping[1].stop();
    const dropped = vi.waitFor(async () => {
      expect((await gatewayKnows())?.instances).toEqual(['shipping-1']);
      expect(shipping[1].running).toBe(true);
    }, soon);
    // Until then it serves, but keeps no connection.
    const lastAnswers = vi.waitFor(async () => {
      const answer = await fetch(`${shipping[1].url}/healthz`);
      expect(answer.headers.get('connection')).toBe('close');
    }, soon);
    await Promise.all([dropped, lastAnswers]);
    await stopping;
  });
});
