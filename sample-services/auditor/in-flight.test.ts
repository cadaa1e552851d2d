import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AuditedShop } from '../testing/audited-shop.ts';
import { ask } from '../testing/postgres.ts';

const soon = { timeout: 60_000, interval: 100 };

const NOWHERE = { address: '1 Nowhere Road, 00000 Atlantis' };
const DECLINED = { cardToken: 'tok_declined' };

/** In both modes: one that comes through, and one that is refused at each step. */
const ORDERS = (['orchestrated', 'choreographed'] as const).flatMap((mode) => [
  { mode },
  { mode, sku: 'sku-sold-out' },
  { mode, ...DECLINED },
  { mode, ...NOWHERE },
]);

let audited: AuditedShop;
beforeAll(async () => {
  audited = await AuditedShop.start({ AUDIT_SWEEP_MS: '100' });
}, 240_000);
afterAll(async () => {
  await audited.stop();
});
afterEach(() => {
  for (const meddler of Object.values(audited.shop.meddlers)) {
    meddler.heal();
    meddler.releaseHeld();
  }
});

interface Held {
  held: string;
  service: 'inventory' | 'outside-world';
  path: string;
  order: Record<string, string>;
}

/** Looks at the wall until it has swept so many times more. A violation that goes away again was one all the same. */
async function neverRed(sweeps: number): Promise<void> {
  const from = (await audited.wall()).sweep?.number ?? 0;
  const red = await vi.waitFor(async () => {
    const wall = await audited.wall();
    const violated = wall.invariants.filter((row) => row.verdict === 'VIOLATION');
    if (violated.length > 0) return Promise.all(violated.map(({ id }) => audited.evidence(id)));
    expect((wall.sweep?.number ?? 0) - from).toBeGreaterThan(sweeps);
    return [];
  }, soon);
  expect(red).toEqual([]);
}

const allRight = () =>
  vi.waitFor(async () => {
    const wall = await audited.wall();
    expect(wall.invariants.filter((row) => row.verdict !== 'OK')).toEqual([]);
    expect(wall.open).toBe(0);
  }, soon);

describe('nothing in flight is a violation', () => {
  test.each<Held>([
    { held: 'a reservation', service: 'inventory', path: '/reservations', order: {} },
    { held: 'a capture', service: 'outside-world', path: '/provider/captures', order: {} },
    { held: 'a label', service: 'outside-world', path: '/carrier/labels', order: {} },
    { held: 'a refund', service: 'outside-world', path: '/provider/refunds', order: NOWHERE },
    { held: 'a release', service: 'inventory', path: '/reservations/release', order: DECLINED },
    {
      ...{ held: 'a refund of a choreographed saga', service: 'outside-world', path: '/provider/refunds' },
      order: { ...NOWHERE, mode: 'choreographed' },
    },
  ])('while $held is held on its way, and late when it comes', async ({ service, path, order }) => {
    const meddler = audited.shop.meddlers[service];
    meddler.meddle(path, 'hold', 2);
    const placing = audited.shop.order(order);
    await vi.waitFor(() => expect(meddler.hurt).toBeGreaterThan(0), soon);
    await neverRed(20);
    meddler.heal();
    meddler.releaseHeld();
    await placing;
    await neverRed(10);
    await allRight();
  });

  test('while nobody tells customers and nobody keeps the read models', async () => {
    await audited.shop.services.notifications.kill();
    await audited.orderview.kill();
    for (const order of ORDERS) await audited.shop.order(order);
    await neverRed(30);
    const { invariants } = await audited.wall();
    expect(invariants.find(({ id }) => id === 'I7')?.figures.waiting).toBeGreaterThan(0);
    await audited.shop.services.notifications.start();
    await audited.orderview.start();
    await allRight();
  });

  test('while the broker cannot be asked: of what is neither sent nor handled nobody says more than that', async () => {
    const blind = await audited.blindAuditor({ AUDIT_SETTLE_MS: '100' });
    onTestFinished(() => blind.kill());
    const row = async (id: string) =>
      (await audited.sweepEverything(blind)).invariants.find((each) => each.id === id);
    await audited.shop.services.notifications.kill();
    audited.orderview.pause();
    onTestFinished(() => audited.orderview.resume());
    await audited.shop.order();
    await vi.waitFor(async () => {
      const messages = await row('I7');
      expect(messages).toMatchObject({ verdict: 'UNKNOWN', violations: 0, figures: { lost: 0 } });
      expect(messages?.unread).toContain('nobody can say that the broker does not have them');
      expect(messages?.figures.unseen).toBeGreaterThan(1);
      // What the order view lacks may be on its way to it.
      expect(await row('I11')).toMatchObject({ verdict: 'PENDING' });
    }, soon);
    await audited.shop.services.notifications.start();
    audited.orderview.resume();
    await vi.waitFor(async () => {
      expect(await row('I7')).toMatchObject({ verdict: 'OK', unread: null, figures: { unseen: 0 } });
    }, soon);
    await blind.kill();
    await allRight();
  });

  test('while services are killed and started under load', async () => {
    let more = true;
    const customers = Array.from({ length: 3 }, async (_, customer) => {
      for (let i = customer; more; i++) await audited.shop.order(ORDERS[i % ORDERS.length]);
    });
    for (const name of ['inventory', 'payments', 'shipping', 'orders', 'outside-world'] as const) {
      await audited.shop.services[name].kill();
      await audited.shop.services[name].start();
      await neverRed(5);
    }
    more = false;
    await Promise.all(customers);
    await allRight();
  }, 240_000);

  test('while a database is away: what needs it is unknown, and says why', async () => {
    const admin = (text: string) => ask(audited.shop.postgres.adminUrl, text);
    const given = { ...NOWHERE, mode: 'choreographed' };
    // One of which everything has been heard, and one whose refund is noted in the database that goes away, and nowhere else.
    await audited.shop.order(given);
    await allRight();
    const witness = audited.shop.meddlers['outside-world'];
    witness.meddle('/provider/refunds', 'hold');
    const owed = await audited.shop.order(given);
    await vi.waitFor(async () => {
      const [told] = await audited.shop.sql<{ id: string }>(
        'orders',
        `select id from outbox where queue = 'payments.events' and payload->>'orderId' = $1`,
        [owed?.orderId],
      );
      const heard = 'select 1 from inbox where message_id = $1';
      expect(await audited.shop.sql('payments', heard, [told?.id])).toHaveLength(1);
    }, soon);
    await admin('alter database payments allow_connections false');
    await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'payments'`);
    await vi.waitFor(async () => {
      const { invariants } = await audited.wall();
      const ledger = invariants.find(({ id }) => id === 'I4');
      expect(ledger).toMatchObject({ verdict: 'UNKNOWN', unread: 'the database of payments cannot be read' });
    }, soon);
    // All messages ever sent to it are looked for, and nobody can say that they were handled.
    for (let i = 0; i < 4; i++) await audited.sweepEverything();
    await neverRed(5);
    await admin('alter database payments allow_connections true');
    witness.heal();
    witness.releaseHeld();
    await allRight();
  }, 120_000);
});
