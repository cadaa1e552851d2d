import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { QUEUES, type QueueName } from '../../events/queues.ts';
import type { ShopEvent, ShopEventData, ShopEventType } from '../../events/shop-event.ts';
import { BullMqBroker } from '../../kit/broker/bullmq.ts';
import { DELIVERED, leftNothing, TestShop } from '../../testing/shop.ts';

const soon = { timeout: 30_000, interval: 50 };
const patient = { timeout: 90_000, interval: 100 };
const DEADLINE_MS = 3_000;

let shop: TestShop;
let broker: BullMqBroker;
beforeAll(async () => {
  shop = await TestShop.start({ SAGA_POLICY: JSON.stringify({ deadlineMs: DEADLINE_MS }) });
  broker = new BullMqBroker({ url: shop.databases.broker ?? '', log: pino({ level: 'silent' }) });
});
afterAll(async () => {
  await broker.close();
  await shop.stop();
});
afterEach(() => {
  shop.meddlers['outside-world'].heal();
  shop.meddlers['outside-world'].releaseHeld();
});

const settled = (orderId: string) =>
  vi.waitFor(async () => {
    const facts = await shop.facts(orderId);
    expect(facts.outcome).not.toBeNull();
    return facts;
  }, patient);

/** Tells a queue of an event, as if its owner had. */
async function tell<Type extends ShopEventType>(
  queue: QueueName,
  orderId: string,
  type: Type,
  data: ShopEventData<Type>,
): Promise<string> {
  const id = randomUUID();
  const sagaId = `saga-${orderId}`;
  const head = { id, orderId, sagaId, mode: 'choreographed', stream: 'order:x', version: 1 } as const;
  const event = { ...head, at: new Date().toISOString(), type, data } as ShopEvent;
  await broker.publish(QUEUES[queue], {
    id,
    name: type,
    payload: event,
    conversationId: sagaId,
    headers: {},
  });
  return id;
}
const handled = (service: 'inventory' | 'payments' | 'shipping', id: string) =>
  vi.waitFor(async () => {
    expect(await shop.sql(service, 'select 1 from inbox where message_id = $1', [id])).toHaveLength(1);
  }, soon);
const types = async (service: 'inventory' | 'payments' | 'shipping', orderId: string) => {
  const rows = await shop.sql<{ type: string }>(
    service,
    `select type from event where meta ->> 'orderId' = $1 order by seq`,
    [orderId],
  );
  return rows.map((row) => row.type);
};

const CANCELLED = { userId: 'u', amount: 4_200, cause: 'cancelled', reason: '' } as const;
const ADDRESS = '1 Harbour Street, 20095 Hamburg';

describe('an event that comes after the cancellation of its order', () => {
  test('ORDER_CREATED reserves nothing', async () => {
    const orderId = randomUUID();
    await handled('inventory', await tell('inventory', orderId, 'ORDER_CANCELLED', CANCELLED));
    const late = await tell('inventory', orderId, 'ORDER_CREATED', {
      ...{ userId: 'u', sku: 'sku-01', quantity: 2, amount: 4_200, sealedCard: 'x', address: ADDRESS },
    });
    await handled('inventory', late);
    expect(await types('inventory', orderId)).toEqual(['INVENTORY_RELEASED']);
    expect((await shop.facts(orderId)).reserved).toBe(0);
  });

  test('INVENTORY_RESERVED charges nothing, SHIPMENT_FAILED before it included', async () => {
    const orderId = randomUUID();
    const failed = { reason: 'no', cause: 'rejected' } as const;
    await handled('payments', await tell('payments', orderId, 'SHIPMENT_FAILED', failed));
    await handled('payments', await tell('payments', orderId, 'ORDER_CANCELLED', CANCELLED));
    const order = { amount: 4_200, sealedCard: 'x', address: ADDRESS };
    await tell('payments', orderId, 'INVENTORY_RESERVED', { sku: 'sku-01', quantity: 2, order });
    // A whole order behind it shows that it has been dealt with.
    await settled((await shop.order({ mode: 'choreographed' }))?.orderId ?? '');
    expect(await types('payments', orderId)).toEqual(['PAYMENT_REFUNDED']);
    expect((await shop.facts(orderId)).captures).toBe(0);
  });

  test('PAYMENT_COMPLETED ships nothing', async () => {
    const orderId = randomUUID();
    await handled('shipping', await tell('shipping', orderId, 'ORDER_CANCELLED', CANCELLED));
    await tell('shipping', orderId, 'PAYMENT_COMPLETED', { captured: 4_200, order: { address: ADDRESS } });
    await settled((await shop.order({ mode: 'choreographed' }))?.orderId ?? '');
    expect(await types('shipping', orderId)).toEqual(['SHIPMENT_CANCELLED']);
    expect((await shop.facts(orderId)).labels).toBe(0);
  });

  test('SHIPMENT_CREATED does not confirm it', async () => {
    const placed = await shop.order({ mode: 'choreographed', sku: 'sku-sold-out' });
    const { orderId = '', sagaId = '' } = placed ?? {};
    await settled(orderId);
    const id = randomUUID();
    const head = { id, orderId, sagaId, mode: 'choreographed', stream: 'shipment:x', version: 1 };
    const event = {
      ...head,
      at: new Date().toISOString(),
      type: 'SHIPMENT_CREATED',
      data: { tracking: 'x' },
    };
    await broker.publish(QUEUES.orders, {
      ...{ id, name: 'SHIPMENT_CREATED', payload: event, conversationId: sagaId, headers: {} },
    });
    await vi.waitFor(async () => {
      expect(await shop.sql('orders', 'select 1 from inbox where message_id = $1', [id])).toHaveLength(1);
    }, soon);
    expect((await shop.facts(orderId)).status).toBe('REJECTED');
  });
});

describe('the watchdog', () => {
  test('cancels an order that is not through at its deadline; what happens after that is refused', async () => {
    shop.meddlers['outside-world'].meddle('/provider/captures', 'hold');
    const placed = await shop.order({ mode: 'choreographed' });
    const orderId = placed?.orderId ?? '';
    const facts = await settled(orderId);
    expect(facts).toMatchObject({ status: 'CANCELLED', captures: 0 });
    shop.meddlers['outside-world'].heal();
    shop.meddlers['outside-world'].releaseHeld();
    await settled((await shop.order({ mode: 'choreographed' }))?.orderId ?? '');
    const after = await shop.facts(orderId);
    expect(leftNothing(after), JSON.stringify(after)).toBe(true);
    expect(after.captures).toBe(0);
    expect(await shop.journal(orderId)).toContain('OVERDUE');
    const events = await shop.sql<{ type: string }>(
      'orders',
      'select type from event where stream = $1 order by version',
      [`order:${orderId}`],
    );
    expect(events.map((row) => row.type)).toEqual(['ORDER_CREATED', 'ORDER_TIMED_OUT', 'ORDER_CANCELLED']);
  }, 120_000);

  test('tells those again whose letters were lost, until they have answered', async () => {
    await shop.services.inventory.kill();
    const placed = await shop.order({ mode: 'choreographed' });
    const orderId = placed?.orderId ?? '';
    await vi.waitFor(async () => expect((await shop.facts(orderId)).status).toBe('CANCELLED'), patient);
    const lost = `delete from bullmq.job where queue = 'inventory.events' returning id`;
    await vi.waitFor(async () => expect((await shop.sql('broker', lost)).length).toBeGreaterThan(0), soon);
    await shop.services.inventory.start();
    const facts = await settled(orderId);
    expect(leftNothing(facts), JSON.stringify(facts)).toBe(true);
    expect(await types('inventory', orderId)).toContain('INVENTORY_RELEASED');
  }, 120_000);

  test('leaves orders alone that have come through', async () => {
    const placed = await shop.order({ mode: 'choreographed' });
    const later = await shop.order({ mode: 'choreographed' });
    const age = `select extract(epoch from now() - created_at) * 1000 > $2 as old from choreography where order_id = $1`;
    await vi.waitFor(async () => {
      expect(await shop.sql('orders', age, [placed?.orderId, DEADLINE_MS + 1_000])).toEqual([{ old: true }]);
    }, soon);
    expect(await shop.facts(placed?.orderId ?? '')).toEqual(DELIVERED);
    expect(await shop.facts(later?.orderId ?? '')).toEqual(DELIVERED);
  });
});
