import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { clientSecret } from '../kit/identity/client-secret.ts';
import { Jwks, KeySet } from '../kit/identity/key-set.ts';
import { IssuedToken, TokenCache } from '../kit/identity/token-cache.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { ServiceProcess } from '../testing/service-process.ts';
import { DEMO_CUSTOMERS, DEMO_PASSWORD } from './api.ts';

const ROOT_SECRET = 'a-secret-of-the-launcher';
const soon = { timeout: 30_000, interval: 50 };

let postgres: TestPostgres;
let identity: ServiceProcess;
let catalog: ServiceProcess;
beforeAll(async () => {
  postgres = await startTestPostgres();
  identity = new ServiceProcess('identity', {
    SHOP_SERVICE_SECRET: ROOT_SECRET,
    DATABASE_URL: await postgres.database('identity'),
    LOG_LEVEL: 'trace',
  });
  await identity.start();
  catalog = new ServiceProcess('catalog', {
    DATABASE_URL: await postgres.database('catalog'),
    IDENTITY_URL: identity.url,
    SHOP_CLIENT_SECRET: clientSecret(ROOT_SECRET, 'catalog'),
    LOG_LEVEL: 'trace',
  });
  await catalog.start();
});
beforeEach(async () => {
  if (!identity.running) await identity.start();
});
afterAll(async () => {
  await Promise.all([identity.kill(), catalog.kill()]);
  await postgres.stop();
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${identity.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function tokenFor(service: string, audience: string): Promise<string> {
  const answer = await post('/tokens', { service, secret: clientSecret(ROOT_SECRET, service), audience });
  return IssuedToken.parse(await answer.json()).token;
}

async function jwks(): Promise<Jwks> {
  return Jwks.parse(await (await fetch(`${identity.url}/.well-known/jwks.json`)).json());
}

const products = (token: string) =>
  fetch(`${catalog.url}/products`, { headers: { authorization: `Bearer ${token}` } });

/** Status and code of an answer which is no success. */
async function refusal(answer: Promise<Response>): Promise<unknown[]> {
  const response = await answer;
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
}

describe('a customer', () => {
  test('who knows the password gets a short ES256 token for the gateway', async () => {
    const answer = await post('/login', { user: `user-${DEMO_CUSTOMERS}`, password: DEMO_PASSWORD });
    const { token, expiresIn } = IssuedToken.parse(await answer.json());
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await jwks()), {
      audience: 'gateway',
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({ sub: `user-${DEMO_CUSTOMERS}`, kind: 'user' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(expiresIn);
  });

  test('who does not is refused in the same words as one who does not exist', async () => {
    const wrong = await post('/login', { user: 'user-1', password: 'guess' });
    const unknown = await post('/login', { user: 'nobody', password: DEMO_PASSWORD });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await unknown.json());
  });
});

describe('a service', () => {
  test('gets a token with what it may do at that audience, and nothing else', async () => {
    expect(decodeJwt(await tokenFor('orders', 'inventory'))).toMatchObject({
      ...{ sub: 'orders', aud: 'inventory', kind: 'service', scope: 'inventory:reserve' },
    });
    expect(decodeJwt(await tokenFor('payments', 'inventory'))).toMatchObject({ scope: '' });
  });

  test('cannot speak for another with its own secret', async () => {
    const secret = clientSecret(ROOT_SECRET, 'payments');
    const asOrders = post('/tokens', { service: 'orders', secret, audience: 'inventory' });
    expect(await refusal(asOrders)).toEqual([401, 'login_failed']);
  });
});

describe('a service that is called', () => {
  test('answers a token which carries its permission', async () => {
    expect((await products(await tokenFor('gateway', 'catalog'))).status).toBe(200);
  });

  test('refuses none, one for somebody else, one of a customer, one that was changed', async () => {
    const good = await tokenFor('gateway', 'catalog');
    const [head, , signature] = good.split('.');
    const [, otherBody] = (await tokenFor('orders', 'catalog')).split('.');
    expect(await refusal(fetch(`${catalog.url}/products`))).toEqual([401, 'unauthenticated']);
    expect(await refusal(products(await tokenFor('gateway', 'orders')))).toEqual([401, 'unauthenticated']);
    expect(await refusal(products([head, otherBody, signature].join('.')))).toEqual([401, 'unauthenticated']);
    const login = await post('/login', { user: 'user-1', password: DEMO_PASSWORD });
    const customer = IssuedToken.parse(await login.json()).token;
    expect(await refusal(products(customer))).toEqual([401, 'unauthenticated']);
  });

  test('refuses a caller who may do something else there', async () => {
    expect(await refusal(products(await tokenFor('orders', 'catalog')))).toEqual([403, 'forbidden']);
  });

  test('goes on checking tokens while identity is away', async () => {
    const good = await tokenFor('gateway', 'catalog');
    expect((await products(good)).status).toBe(200);
    await identity.kill();
    expect((await products(good)).status).toBe(200);
    expect(await refusal(products(`${good.slice(0, -6)}AAAAAA`))).toEqual([401, 'unauthenticated']);
  });

  test('is not asked for a token by health checks', async () => {
    for (const path of ['/healthz', '/readyz', '/health', '/metrics', '/openapi.json']) {
      expect((await fetch(`${catalog.url}${path}`)).status, path).toBe(200);
    }
  });
});

describe('a rotation of the signing key', () => {
  test('keeps old tokens good, signs with the new key at once, and outlives a restart', async () => {
    const old = await tokenFor('gateway', 'catalog');
    const operator = await tokenFor('operator', 'identity');
    // identity itself asks nobody for tokens here: it has no IDENTITY_URL.
    const rotated = await post('/keys/rotate', {}, { authorization: `Bearer ${operator}` });
    const { kid } = (await rotated.json()) as { kid: string };
    const fresh = await tokenFor('gateway', 'catalog');
    expect(decodeProtectedHeader(fresh).kid).toBe(kid);
    expect(decodeProtectedHeader(old).kid).not.toBe(kid);
    expect((await products(fresh)).status).toBe(200);
    expect((await products(old)).status).toBe(200);
    await identity.kill();
    await identity.start();
    expect(decodeProtectedHeader(await tokenFor('gateway', 'catalog')).kid).toBe(kid);
    expect((await jwks()).keys.map((key) => key.kid)).toEqual(
      expect.arrayContaining([kid, decodeProtectedHeader(old).kid]),
    );
  });
});

describe('the keys in a service', () => {
  test('refuse a token whose time is over', async () => {
    const clock = new HandClock();
    const keys = new KeySet(jwks, clock);
    const token = await tokenFor('gateway', 'catalog');
    expect(await keys.verify(token, 'catalog')).toMatchObject({ sub: 'gateway' });
    clock.pass(310_000);
    await expect(keys.verify(token, 'catalog')).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('are asked for once a second at most, whatever key ids are made up', async () => {
    const clock = new HandClock();
    let asked = 0;
    const keys = new KeySet(() => {
      asked++;
      return jwks();
    }, clock);
    const [, body, signature] = (await tokenFor('gateway', 'catalog')).split('.');
    const invented = () => {
      const head = Buffer.from(JSON.stringify({ alg: 'ES256', kid: randomUUID() })).toString('base64url');
      return keys.verify([head, body, signature].join('.'), 'catalog').catch(() => undefined);
    };
    const first = Array.from({ length: 20 }, invented);
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    expect(asked).toBe(1);
    clock.pass(1_000);
    await Promise.all(first);
    expect(asked).toBe(2);
  });
});

describe('the tokens a service holds', () => {
  let asked: number;
  const cacheFor = (clock: HandClock) => {
    asked = 0;
    return new TokenCache(async (audience) => {
      asked++;
      return { token: await tokenFor('orders', audience), expiresIn: 300 };
    }, clock);
  };

  test('are got once for all who wait, and once for each audience', async () => {
    const cache = cacheFor(new HandClock());
    const all = await Promise.all(Array.from({ length: 50 }, () => cache.token('inventory')));
    expect(new Set(all).size).toBe(1);
    await cache.token('payments');
    expect(asked).toBe(2);
  });

  test('are used until they expire while identity is away, and not any longer', async () => {
    const clock = new HandClock();
    const cache = cacheFor(clock);
    const token = await cache.token('inventory');
    await identity.kill();
    clock.pass(290_000);
    expect(await cache.token('inventory')).toBe(token);
    expect(cache.remaining()).toEqual({ inventory: 9 });
    clock.pass(10_000);
    await expect(cache.token('inventory')).rejects.toThrow();
    await identity.start();
    expect(await cache.token('inventory')).not.toBe(token);
  });

  test('are renewed before they expire, and not used again when they were refused', async () => {
    const clock = new HandClock();
    const cache = cacheFor(clock);
    const first = await cache.token('inventory');
    clock.pass(160_000);
    expect(await cache.token('inventory')).toBe(first);
    await expect.poll(() => cache.token('inventory'), soon).not.toBe(first);
    const second = await cache.token('inventory');
    cache.refused('inventory', first);
    expect(await cache.token('inventory')).toBe(second);
    cache.refused('inventory', second);
    expect(await cache.token('inventory')).not.toBe(second);
  });
});

describe('the logs', () => {
  test('have no password, no secret and no token in them, even at their most talkative', async () => {
    const token = await tokenFor('orders', 'catalog');
    await post('/login', { user: 'user-2', password: 'my-own-password' });
    await post('/login', { user: 'user-2', password: DEMO_PASSWORD });
    await products(token);
    await products(`${token.slice(0, -6)}AAAAAA`);
    const logs = identity.log + catalog.log;
    expect(logs).toContain('listening');
    const [, body] = token.split('.');
    const hidden = [
      'my-own-password',
      DEMO_PASSWORD,
      body ?? '',
      clientSecret(ROOT_SECRET, 'orders'),
      ROOT_SECRET,
    ];
    for (const text of hidden) expect(logs).not.toContain(text);
  });
});
