import { randomUUID } from 'node:crypto';
import { createPostgresBackend, withBackend } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseShopEvent } from '../events/shop-event.ts';
import { TestShop } from '../testing/shop.ts';

/** Three attempts 2 s and 4 s apart, on a machine with others on it. */
const patient = { timeout: 45_000, interval: 100 };
const CHANNELS = ['email', 'push', 'sms'];

let shop: TestShop;
beforeAll(async () => {
  shop = await TestShop.start();
});
afterAll(async () => {
  await shop.stop();
});
afterEach(() => {
  for (const meddler of Object.values(shop.meddlers)) meddler.heal();
});

/** Channels on which the customer really heard of an order, one name for each message. */
const heard = async (orderId: string): Promise<string[]> =>
  (
    await shop.sql<{ kind: string }>(
      'outside-world',
      'select kind from mail_statement where order_id = $1 order by kind',
      [orderId],
    )
  ).map(({ kind }) => kind);

/** What the notices of an order say as events, by channel in order of their versions. */
async function told(orderId: string): Promise<string[]> {
  const rows = await shop.sql<{ payload: unknown }>(
    'notifications',
    `select payload from outbox where queue = 'orderview.events' and payload->>'orderId' = $1`,
    [orderId],
  );
  return rows
    .map(({ payload }) => parseShopEvent(payload))
    .map(({ type, version, data }) => `${'channel' in data ? data.channel : '?'} ${version} ${type}`)
    .sort();
}

const deadOf = async (queue: string, orderId: string): Promise<{ id: string; attempts: number }[]> =>
  shop.sql<{ id: string; attempts: number }>(
    'broker',
    `select id, attempts_made as attempts from bullmq.job
     where queue = $1 and state = 'failed' and data::text like '%' || $2 || '%'`,
    [queue, orderId],
  );

/** The same call as the queue agent's. */
async function redrive(queue: string, ids: readonly string[]): Promise<void> {
  const { Queue } = withBackend(createPostgresBackend);
  const bull = new Queue(queue, { connection: { connectionString: shop.databases.broker ?? '', max: 1 } });
  try {
    for (const id of ids) await (await bull.getJob(id))?.retry('failed', { resetAttemptsMade: true });
  } finally {
    await bull.close();
  }
}

describe('a settled order', () => {
  test('is told on every channel, once, and each is an event', async () => {
    const placed = await shop.order();
    const orderId = placed?.orderId ?? '';
    await vi.waitFor(async () => expect(await told(orderId)).toHaveLength(3), patient);
    expect(await heard(orderId)).toEqual(CHANNELS);
    expect(await told(orderId)).toEqual(CHANNELS.map((channel) => `${channel} 1 NOTIFICATION_SENT`));
  });

  test('is told of when it was refused, too', async () => {
    const placed = await shop.order({ cardToken: 'tok_declined' });
    const orderId = placed?.orderId ?? '';
    await vi.waitFor(async () => expect(await heard(orderId)).toEqual(CHANNELS), patient);
    const subjects = await shop.sql(
      'notifications',
      'select distinct subject from notice where order_id = $1',
      [orderId],
    );
    expect(subjects).toEqual([{ subject: `Order ${orderId}: rejected` }]);
  });

  test('is told once though the worker is killed right after it published', async () => {
    const { notifications } = shop.services;
    await notifications.kill();
    await notifications.start({ SHOP_CRASH_AT: 'relay:after-publish' });
    const placed = await shop.order();
    const orderId = placed?.orderId ?? '';
    await notifications.ended();
    await notifications.start();
    await vi.waitFor(async () => expect(await told(orderId)).toHaveLength(3), patient);
    expect(await heard(orderId)).toEqual(CHANNELS);
  });
});

describe('a channel that does not work', () => {
  test('is tried three times, then lies in its dead letters; the order and the other channels stand', async () => {
    shop.meddlers['outside-world'].meddle('/messages/sms', 'fail');
    const correlation = randomUUID();
    const said = { 'x-correlation-id': correlation, service: 'notifications', queue: 'notifications.sms' };
    const placed = await shop.order({}, randomUUID(), { 'x-correlation-id': correlation });
    const orderId = placed?.orderId ?? '';
    await vi.waitFor(async () => {
      const dead = await deadOf('notifications.sms', orderId);
      expect(dead.map(({ attempts }) => attempts)).toEqual([3]);
    }, patient);
    expect((await shop.facts(orderId)).status).toBe('CONFIRMED');
    expect(await heard(orderId)).toEqual(['email', 'push']);
    expect(await told(orderId)).toEqual([
      'email 1 NOTIFICATION_SENT',
      'push 1 NOTIFICATION_SENT',
      'sms 1 NOTIFICATION_FAILED',
    ]);
    // Heard of by two queues, one after the other.
    const lines = shop.services.notifications.log.split('\n').filter((line) => line.includes(correlation));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      ...[1, 2, 3].map((attempt) =>
        expect.objectContaining({ ...said, attempt, msg: 'message not handled' }),
      ),
      expect.objectContaining({ ...said, msg: 'message given up' }),
    ]);

    shop.meddlers['outside-world'].heal();
    await redrive(
      'notifications.sms',
      (await deadOf('notifications.sms', orderId)).map(({ id }) => id),
    );
    await vi.waitFor(async () => expect(await heard(orderId)).toEqual(CHANNELS), patient);
    await vi.waitFor(async () => expect(await told(orderId)).toContain('sms 2 NOTIFICATION_SENT'), patient);
    expect(await deadOf('notifications.sms', orderId)).toEqual([]);
  }, 120_000);

  test('whose answer is lost is asked again, and the customer hears once', async () => {
    shop.meddlers['outside-world'].meddle('/messages/push', 'lose-reply', 1);
    const placed = await shop.order();
    const orderId = placed?.orderId ?? '';
    await vi.waitFor(async () => expect(await told(orderId)).toHaveLength(3), patient);
    expect(await heard(orderId)).toEqual(CHANNELS);
    expect(await told(orderId)).toContain('push 1 NOTIFICATION_SENT');
  });
});
