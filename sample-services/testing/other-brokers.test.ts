import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AuditedShop } from './audited-shop.ts';
import { noRabbitMq, noRedis, type TestServer, testRabbitMq, testRedis } from './brokers.ts';
import { DELIVERED, TestShop } from './shop.ts';

const soon = { timeout: 60_000, interval: 200 };
/** Several readings of the queue agent, which takes one a second. */
const AUDIT = { AUDIT_SETTLE_MS: '4000' };

async function comesThrough(shop: TestShop, mode: string): Promise<void> {
  const placed = await shop.order({ mode });
  const id = placed?.orderId ?? expect.fail('the order was not taken');
  await vi.waitFor(async () => {
    const facts = await shop.facts(id);
    expect({ ...facts, outcome: DELIVERED.outcome }).toEqual(DELIVERED);
  }, soon);
  const heard = () => shop.sql('notifications', 'select channel from notice where order_id = $1', [id]);
  await vi.waitFor(async () => expect(await heard()).toHaveLength(3), soon);
}

async function running(server: TestServer): Promise<TestServer> {
  await server.start();
  onTestFinished(() => server.stop());
  return server;
}

async function audited(brokerUrl: string): Promise<AuditedShop> {
  const shop = await AuditedShop.start(AUDIT, { BROKER_URL: brokerUrl });
  onTestFinished(() => shop.stop());
  return shop;
}

const messagesOf = async (shop: AuditedShop) =>
  (await shop.wall()).invariants.find(({ id }) => id === 'I7') ?? expect.fail('there is no I7');

/** Id of an order which was confirmed while nobody listened for the customers. */
async function toldToNobody(shop: AuditedShop): Promise<string> {
  await shop.shop.services.notifications.kill();
  return (await shop.shop.order())?.orderId ?? expect.fail('the order was not taken');
}

const namedLost = (shop: AuditedShop, orderId: string) =>
  vi.waitFor(async () => {
    const { evidence } = await shop.evidence('I7');
    expect(await messagesOf(shop)).toMatchObject({ verdict: 'VIOLATION', figures: { lost: 1 } });
    expect(evidence).toMatchObject([{ orderId, found: expect.stringContaining('nor with the broker') }]);
    expect(evidence[0]?.expected).toContain('of notifications');
  }, soon);

/** Everything is right, and no message is under way. */
const atRest = (shop: AuditedShop) =>
  vi.waitFor(async () => {
    expect(await shop.notOk()).toEqual({});
    expect(await messagesOf(shop)).toMatchObject({ figures: { unsent: 0, waiting: 0, lost: 0 } });
  }, soon);

const CAME_THROUGH =
  'an order comes through in either mode, and its customer hears of it once on each channel';

describe('the shop on RabbitMQ', () => {
  test.skipIf(noRabbitMq !== null)(
    noRabbitMq === null ? CAME_THROUGH : `${CAME_THROUGH} (${noRabbitMq})`,
    async () => {
      const server = await running((await testRabbitMq()).server);
      const shop = await TestShop.start({ BROKER_URL: server.url });
      onTestFinished(() => shop.stop());
      for (const mode of ['orchestrated', 'choreographed']) await comesThrough(shop, mode);
    },
    240_000,
  );
});

describe.skipIf(noRedis !== null)(`the shop on Redis${noRedis === null ? '' : ` (${noRedis})`}`, () => {
  test(`${CAME_THROUGH}; a message that the broker has forgotten is lost, one that waits there is not`, async () => {
    const server = await running(await testRedis());
    const shop = await audited(server.url);
    for (const mode of ['orchestrated', 'choreographed']) await comesThrough(shop.shop, mode);
    await atRest(shop);
    const orderId = await toldToNobody(shop);
    // Nobody can say which message it is that waits there: so nothing is said of this one.
    await vi.waitFor(async () => {
      expect(await messagesOf(shop)).toMatchObject({ verdict: 'UNKNOWN', figures: { unseen: 1, lost: 0 } });
    }, soon);
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    const forgotten = (await redis.rpop('bull:notifications:wait')) ?? expect.fail('no message waits');
    await namedLost(shop, orderId);
    await redis.rpush('bull:notifications:wait', forgotten);
    await shop.shop.services.notifications.start();
    await atRest(shop);
    expect(await messagesOf(shop)).toMatchObject({ figures: { recovered: 1 } });
  }, 240_000);

  test('a message that was sent by pub/sub while its receiver was dead is lost, and named', async () => {
    const server = await running(await testRedis());
    const shop = await audited(server.url.replace('redis:', 'redis-pubsub:'));
    const orderId = await toldToNobody(shop);
    await shop.shop.services.notifications.start();
    await namedLost(shop, orderId);
  }, 240_000);
});
