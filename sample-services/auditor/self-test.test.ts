import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PROTECTIONS, type Protection } from '../kit/protections.ts';
import { ablate } from '../testing/ablations/ablate.ts';
import { Stage } from '../testing/ablations/stage.ts';
import { ABLATIONS, COSTLY } from '../testing/ablations/table.ts';
import { Meddler } from '../testing/meddler.ts';
import { ServiceProcess } from '../testing/service-process.ts';

const soon = { timeout: 90_000, interval: 1_000 };

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
}, 240_000);
afterAll(async () => {
  await stage.close();
});
afterEach(async () => {
  await stage.heal();
});

test('each protection is in one of the two tables', () => {
  const named = [...ABLATIONS.map(({ protection }) => protection), ...Object.keys(COSTLY)];
  expect([...new Set(named)].sort()).toEqual(Object.keys(PROTECTIONS).sort());
  for (const [protection, proof] of Object.entries(COSTLY)) {
    expect(readFileSync(new URL(`../${proof?.provedIn}`, import.meta.url), 'utf8')).toContain(protection);
  }
});

test('a process offers switches for what it has: breakers where it calls others, a bulkhead where calls are limited', async () => {
  const having = (name: Protection) =>
    Object.keys(stage.shop.services).filter((service) =>
      stage.hub.hello(service)?.protections.some((protection) => protection.name === name),
    );
  const callers = ['payments', 'shipping', 'notifications', 'orders'];
  await expect.poll(() => having('breaker'), { timeout: 60_000 }).toEqual(callers);
  expect(having('jitter')).toEqual(callers);
  expect(having('bulkhead')).toEqual(['shipping']);
});

describe('with everything protected', () => {
  test.each(ABLATIONS)('nothing is violated when $when ($protection)', async ({ provoke }) => {
    const orderId = await provoke(stage);
    await stage.heal();
    await stage.settled(orderId);
  });

  test('and all books are right in the end', async () => {
    await stage.allRight();
    const { invariants } = await stage.audited.wall();
    expect(invariants.filter(({ acknowledged }) => acknowledged > 0)).toEqual([]);
  });
});

describe('without', () => {
  test.each(ABLATIONS)(
    '$protection at $at, exactly $breaks turn red when $when',
    (ablation) => ablate(stage, ablation),
    180_000,
  );

  test('one-way-calls, nothing turns red, and parcels wait for an orders that answers nobody', async () => {
    stage.shop.meddlers.orders.forwardTo('http://127.0.0.1:9');
    const statusOf = async () => (await stage.shop.facts(await stage.ordered())).status;
    expect(await statusOf()).toBe('CONFIRMED');
    await stage.protect('shipping', 'one-way-calls', false);
    expect(await statusOf()).toBe('CANCELLED');
    await stage.protect('shipping', 'one-way-calls', true);
    await stage.allRight();
  });
});

test('three services that fail their callers break I13, which names them, and two do not; until they are well again', async () => {
  const { audited, shop } = stage;
  const orderId = await stage.ordered();
  const orderview = await Meddler.start();
  orderview.forwardTo(audited.orderview.url);
  onTestFinished(() => orderview.stop());
  const { orders, shipping } = shop.meddlers;
  const gateway = new ServiceProcess('gateway', {
    BREAKER_RESET_MS: '100',
    ...{ STORMGLASS_HUB: stage.hub.url, CATALOG_URL: 'http://127.0.0.1:9' },
    ...{ ORDERS_URL: orders.url, SHIPPING_URL: shipping.url, ORDERVIEW_URL: orderview.url },
  });
  await gateway.start();
  onTestFinished(() => gateway.kill());
  const auditor = await audited.blindAuditor({
    ...{ AUDIT_SERVICES: JSON.stringify({ gateway: [gateway.url] }), AUDIT_LEVEL_MS: '8000' },
  });
  onTestFinished(() => auditor.kill());
  const page = async () => {
    const answer = await fetch(`${gateway.url}/orders/${orderId}`, { headers: { 'x-canary': 'v2' } });
    await answer.body?.cancel();
  };
  const judged = async (wanted: object) => {
    const { invariants } = await audited.wall(auditor);
    expect(invariants.find(({ id }) => id === 'I13')).toMatchObject(wanted);
  };
  /** Customers look at a page of three parts, and a call for each of these fails. */
  const looking = (broken: readonly (readonly [Meddler, string])[], wanted: object) =>
    vi.waitFor(async () => {
      for (const [meddler, path] of broken) meddler.meddle(path, 'fail', 1);
      for (let looks = 0; looks < 24; looks += 4) await Promise.all([page(), page(), page(), page()]);
      await judged(wanted);
    }, soon);
  const two = [[orders, `/orders/${orderId}`] as const, [shipping, `/shipments?orderId=${orderId}`] as const];
  const three = [...two, [orderview, `/orders/${orderId}`] as const];
  await looking(two, { verdict: 'OK', figures: { callers: 1, below: 2 } });
  await looking(three, { verdict: 'VIOLATION', figures: { below: 3 } });
  const [violation] = (await audited.evidence('I13', auditor)).evidence;
  const named = violation?.found.replaceAll(/\d+/g, 'n');
  expect(named).toBe('orders (n of n), orderview (n of n), shipping (n of n)');
  await vi.waitFor(() => judged({ verdict: 'OK', figures: { callers: 1, below: 0 } }), soon);
}, 300_000);
