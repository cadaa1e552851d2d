import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ServiceProcess } from '../../testing/service-process.ts';
import { DELIVERED, TestShop } from '../../testing/shop.ts';

const patient = { timeout: 60_000, interval: 100 };

let shop: TestShop;
let replica: ServiceProcess;
beforeAll(async () => {
  shop = await TestShop.start();
  replica = new ServiceProcess('inventory', {
    LOG_LEVEL: 'info',
    BROKER_URL: shop.databases.broker ?? '',
    DATABASE_URL: shop.databases.inventory ?? '',
    OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=inventory-2',
  });
  await replica.start();
});
afterAll(async () => {
  await replica.kill();
  await shop.stop();
});

/** Epoch under which a process relays; null while another one does. */
async function epochOf(service: ServiceProcess): Promise<number | null> {
  const answer = await fetch(`${service.url}/health`);
  const { leases } = (await answer.json()) as { leases: Record<string, number | null> };
  return leases['outbox-relay'] ?? null;
}

async function leader(): Promise<{ led: ServiceProcess; other: ServiceProcess; epoch: number }> {
  const both = [shop.services.inventory, replica] as const;
  return vi.waitFor(async () => {
    const epochs = await Promise.all(both.map(epochOf));
    expect(epochs.filter((epoch) => epoch !== null)).toHaveLength(1);
    const [led, other] = epochs[0] === null ? [both[1], both[0]] : both;
    return { led, other, epoch: Math.max(...epochs.map((epoch) => epoch ?? 0)) };
  }, patient);
}

/** Orders whose reservation was told by whoever relays for inventory now. */
async function ordersComeThrough(): Promise<void> {
  const placed = await Promise.all([1, 2, 3].map(() => shop.order({ mode: 'choreographed' })));
  for (const order of placed) {
    await vi.waitFor(async () => expect(await shop.facts(order?.orderId ?? '')).toEqual(DELIVERED), patient);
  }
}

/** Epochs in the order in which rows were flagged. */
async function flagged(): Promise<number[]> {
  const rows = await shop.sql<{ epoch: number }>(
    'inventory',
    'select sent_epoch as epoch from outbox where sent_at is not null order by sent_at, sent_epoch',
  );
  return rows.map((row) => row.epoch);
}

describe('two processes of one service', () => {
  test('have one relay; when its process is killed the other follows with the next epoch', async () => {
    await ordersComeThrough();
    const { led, other, epoch } = await leader();
    await led.kill();
    await vi.waitFor(async () => expect(await epochOf(other)).toBe(epoch + 1), patient);
    await ordersComeThrough();
    await led.start();
    await leader();
    await ordersComeThrough();
  }, 180_000);

  test('whose relay was asleep: it wakes to find another one leading and writes nothing under its old epoch', async () => {
    const { led, other, epoch } = await leader();
    led.pause();
    // What it had begun to handle comes to the other one after the broker's own patience.
    const placed = shop.order({ mode: 'choreographed' });
    await vi.waitFor(async () => expect(await epochOf(other)).toBe(epoch + 1), patient);
    const before = await flagged();
    led.resume();
    await vi.waitFor(async () => expect(await epochOf(led)).toBeNull(), patient);
    await ordersComeThrough();
    const order = await placed;
    await vi.waitFor(async () => expect(await shop.facts(order?.orderId ?? '')).toEqual(DELIVERED), patient);
    expect(await epochOf(other)).toBe(epoch + 1);
    const after = (await flagged()).slice(before.length);
    expect(after.length).toBeGreaterThan(0);
    expect(new Set(after)).toEqual(new Set([epoch + 1]));
  }, 180_000);
});
