import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { battery } from '../../agents/node/testing/battery.ts';
import { TestHub } from '../../agents/node/testing/hub.ts';
import { Ledger } from '../../agents/node/testing/promises.ts';
import { SABOTEUR } from '../../agents/node/testing/saboteur.ts';
import { clientSecret } from '../kit/identity/client-secret.ts';
import { Jwks } from '../kit/identity/key-set.ts';
import { IssuedToken } from '../kit/identity/token-cache.ts';
import { StatsAnswer } from '../loadgen/api.ts';
import { Answering } from './answering.ts';
import { controlledTrials } from './controlled-trials.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';
import { ServiceProcess } from './service-process.ts';

const ROOT_SECRET = 'a-secret-of-the-launcher';
const soon = { timeout: 60_000, interval: 50 };
const PRELOADED = new URL('../../agents/node/testing/saboteur.ts', import.meta.url).href;
const proofs = new Ledger(import.meta.url);

let postgres: TestPostgres;
let hub: TestHub;
let carrier: Answering;
let customers: Answering;
let identity: ServiceProcess;
let registry: ServiceProcess;
let loadgen: ServiceProcess;
let gateway: ServiceProcess;
beforeAll(async () => {
  [postgres, hub, carrier, customers] = await Promise.all([
    startTestPostgres(),
    TestHub.start(),
    Answering.start('outside-world'),
    Answering.start('customers'),
  ]);
  const agent = {
    ...{ STORMGLASS_HUB: hub.url, STORMGLASS_CHAOS: 'on' },
    NODE_OPTIONS: `--import ${PRELOADED}`,
  };
  identity = new ServiceProcess('identity', {
    ...agent,
    SHOP_SERVICE_SECRET: ROOT_SECRET,
    DATABASE_URL: await postgres.database('identity'),
  });
  registry = new ServiceProcess('registry', { ...agent, DATABASE_URL: await postgres.database('registry') });
  loadgen = new ServiceProcess('loadgen', { ...agent, GATEWAY_URL: customers.url, LOAD_RATE: '0' });
  gateway = new ServiceProcess('gateway', {
    ...agent,
    ...{ ORDERS_URL: carrier.url, SHIPPING_URL: carrier.url, CATALOG_URL: carrier.url },
  });
  await Promise.all([identity, registry, loadgen, gateway].map((service) => service.start()));
  for (const name of ['identity', 'registry', 'loadgen', 'gateway']) {
    await vi.waitUntil(() => hub.hello(name), soon);
  }
}, 300_000);
afterAll(async () => {
  await Promise.all([identity, registry, loadgen, gateway].map((service) => service?.kill()));
  await Promise.all([hub.close(), carrier.stop(), customers.stop()]);
  await postgres.stop();
});
beforeEach(() => Promise.all(['identity', 'registry', 'loadgen', 'gateway'].map((name) => hub.halt(name))));

const able = (service: string, type: string) =>
  vi.waitUntil(() => hub.hello(service)?.capabilities.includes(`${type}:service`), soon);
async function arm(
  service: string,
  action: { type: string } & Record<string, unknown>,
  durationMs = 600_000,
): Promise<string> {
  await able(service, action.type);
  const target = { kind: 'service', service } as const;
  const { faultId, answer } = await hub.arm(service, { action: action as never, target, durationMs });
  expect(answer).toMatchObject({ ok: true });
  await vi.waitUntil(() => hub.injections.some((one) => one.faultId === faultId && one.count === 1), soon);
  return faultId;
}
const release = (service: string, faultId: string) => hub.release(service, faultId);
const json = async (url: string): Promise<unknown> => (await fetch(url)).json();

async function token(): Promise<string> {
  const secret = clientSecret(ROOT_SECRET, 'shipping');
  const answer = await fetch(`${identity.url}/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service: 'shipping', secret, audience: 'catalog' }),
  });
  return IssuedToken.parse(await answer.json()).token;
}
const isAccepted = async (one: string) => {
  const keys = Jwks.parse(await json(`${identity.url}/.well-known/jwks.json`));
  return jwtVerify(one, createLocalJWKSet(keys)).then(
    () => true,
    () => false,
  );
};

/** Calls behind the gateway for one request which fails there. */
async function repeated(): Promise<number> {
  carrier.answer(503);
  const noBreaker = async () => hub.invoke('gateway', 'switch.set', { name: 'breaker', on: false });
  // With an open breaker nobody would be called; while the hub is gone it stays as it was.
  await noBreaker().catch(() => undefined);
  const before = carrier.calls.length;
  await fetch(`${gateway.url}/orders/order-1`);
  return carrier.calls.length - before;
}

describe('identity', () => {
  test('key_rotated: what the withdrawn key signed is refused, what the new one signs is not', async () => {
    const old = await token();
    expect(await isAccepted(old)).toBe(true);
    const faultId = await arm('identity', { type: 'key_rotated' });
    expect(await isAccepted(old)).toBe(false);
    expect(await isAccepted(await token())).toBe(true);
    const end = await release('identity', faultId);
    expect(end).toMatchObject({
      reverted: true,
      readBack: expect.stringMatching(/^signs with key .*, which stays$/),
    });
  });

  test('key_rotated: an injector that throws leaves the keys as they are', async () => {
    const old = await token();
    const keys = await json(`${identity.url}/.well-known/jwks.json`);
    await able('identity', 'key_rotated');
    const target = { kind: 'service', service: 'identity' } as const;
    const { answer } = await hub.arm(
      'identity',
      { action: { type: 'key_rotated' }, target },
      { owner: SABOTEUR },
    );
    expect(answer).toMatchObject({ ok: false, code: 'internal' });
    expect(await isAccepted(old)).toBe(true);
    expect(await json(`${identity.url}/.well-known/jwks.json`)).toEqual(keys);
  });

  test('token_expired: tokens are refused from the start, until it is over', async () => {
    const faultId = await arm('identity', { type: 'token_expired' });
    expect(await isAccepted(await token())).toBe(false);
    expect(await release('identity', faultId)).toMatchObject({
      reverted: true,
      readBack: 'life of tokens its own',
    });
    expect(await isAccepted(await token())).toBe(true);
    await arm('identity', { type: 'token_expired' }, 300);
    await vi.waitUntil(async () => isAccepted(await token()), soon);
  });

  test('clock_skew: tokens come from the past, until everything is stopped', async () => {
    const issued = async () => (decodeJwt(await token()).iat ?? 0) * 1_000;
    await arm('identity', { type: 'clock_skew', offsetMs: -3_600_000 });
    expect(await issued()).toBeLessThan(Date.now() - 3_000_000);
    const { ended } = await hub.halt('identity');
    expect(ended).toMatchObject([{ reverted: true, readBack: 'clock off by 0 ms' }]);
    expect(await issued()).toBeGreaterThan(Date.now() - 3_000_000);
  });

  test('the same fault twice is refused: the first one would be taken for the ordinary state', async () => {
    await arm('identity', { type: 'clock_skew' });
    const again = {
      action: { type: 'clock_skew' },
      target: { kind: 'service', service: 'identity' },
    } as const;
    expect((await hub.arm('identity', again)).answer).toMatchObject({ ok: false, code: 'conflict' });
  });
});

const register = () =>
  fetch(`${registry.url}/instances`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ name: 'shipping', version: '1', instance: 'shipping-9', host: '127.0.0.1', port: 1 },
      ...{ healthCheckPath: '/readyz', dependencies: [] },
    }),
  });
const ids = async () => {
  const view = (await json(`${registry.url}/services`)) as {
    services: Record<string, { instances: { id: string }[] }>;
  };
  return (view.services.shipping?.instances ?? []).map(({ id }) => id);
};

describe('registry', () => {
  test('registry_blank: it names nobody, until it is over', async () => {
    await register();
    expect(await ids()).toEqual(['shipping-9']);
    const faultId = await arm('registry', { type: 'registry_blank' });
    expect(await ids()).toEqual([]);
    const end = await release('registry', faultId);
    expect(end).toMatchObject({ reverted: true, readBack: 'names its services again' });
    await register();
    expect(await ids()).toEqual(['shipping-9']);
  });

  test('discovery_stale: it names an instance that is not there, until its time is over', async () => {
    await arm('registry', { type: 'discovery_stale', entry: 'shipping' }, 2_000);
    await vi.waitUntil(async () => !(await ids()).includes('shipping-gone'), soon);
    const faultId = await arm('registry', { type: 'discovery_stale', entry: 'shipping' });
    expect(await ids()).toContain('shipping-gone');
    expect(await release('registry', faultId)).toMatchObject({
      reverted: true,
      readBack: 'stale entry: none',
    });
  });
});

describe('traffic', () => {
  const stats = async () => StatsAnswer.parse(await json(`${loadgen.url}/stats`));

  test('traffic_flood: more is sent, until it is over; then as much as before', async () => {
    const { sent } = await stats();
    const faultId = await arm('loadgen', { type: 'traffic_flood', rate: 30 });
    await vi.waitUntil(async () => (await stats()).sent > sent + 5, soon);
    expect(await release('loadgen', faultId)).toMatchObject({
      reverted: true,
      readBack: 'sends 0 per second',
    });
    expect((await stats()).rate).toBe(0);
  });

  test('retry_storm: a call that fails is repeated more often, until it is over', async () => {
    carrier.answer(503);
    const calls = async () => {
      const before = carrier.calls.length;
      await fetch(`${gateway.url}/orders/order-1`);
      return carrier.calls.length - before;
    };
    await hub.invoke('gateway', 'switch.set', { name: 'breaker', on: false });
    const calm = await calls();
    const settings = () => hub.invoke('gateway', 'resilience.get', {});
    const before = await settings();
    const faultId = await arm('gateway', { type: 'retry_storm' });
    await hub.invoke('gateway', 'switch.set', { name: 'breaker', on: false });
    expect(await calls()).toBeGreaterThan(calm);
    expect(await release('gateway', faultId)).toMatchObject({
      reverted: true,
      readBack: '3 of 3 peers repeat as before, jitter is on',
    });
    expect(await settings()).toEqual(before);
  });
});

const trials = controlledTrials(() => ({
  ...{ token, accepted: isAccepted, repeated },
  issuedAt: (one) => (decodeJwt(one).iat ?? 0) * 1_000,
  instances: async () => {
    await register();
    return ids();
  },
  sent: () => customers.calls.length,
}));
for (const [service, its] of Object.entries(trials)) battery(() => ({ service, hub }), its, proofs);

proofs.complete();
