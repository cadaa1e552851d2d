import { describe, expect, test, vi } from 'vitest';
import { noRabbitMq, noRedis, type TestServer, testRabbitMq, testRedis } from './brokers.ts';
import { DELIVERED, TestShop } from './shop.ts';

const soon = { timeout: 60_000, interval: 200 };

const OTHERS = [
  { name: 'Redis', skip: noRedis, make: testRedis },
  { name: 'RabbitMQ', skip: noRabbitMq, make: async () => (await testRabbitMq()).server },
];

describe.each(OTHERS)('the shop on $name', ({ name, skip, make }) => {
  const title = 'an order comes through in either mode, and its customer hears of it once on each channel';
  test.skipIf(skip !== null)(
    skip === null ? title : `${title} (${skip})`,
    async () => {
      const server: TestServer = await make();
      await server.start();
      const shop = await TestShop.start({ BROKER_URL: server.url });
      try {
        for (const mode of ['orchestrated', 'choreographed']) {
          const placed = await shop.order({ mode });
          const id = placed?.orderId ?? expect.fail(`no order on ${name}`);
          await vi.waitFor(async () => {
            const facts = await shop.facts(id);
            expect({ ...facts, outcome: DELIVERED.outcome }).toEqual(DELIVERED);
          }, soon);
          const heard = () =>
            shop.sql('notifications', 'select channel from notice where order_id = $1', [id]);
          await vi.waitFor(async () => expect(await heard()).toHaveLength(3), soon);
        }
      } finally {
        await shop.stop();
        await server.stop();
      }
    },
    240_000,
  );
});
