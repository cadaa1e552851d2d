import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { noRedis, type TestServer, testRedis } from '../../testing/brokers.ts';
import { describeBroker } from './contract/battery.ts';
import { Bench, type BrokerUnderTest, message, soon } from './contract/bench.ts';
import { PROMISES } from './promises.ts';
import { RedisPubSubBroker } from './redis-pubsub.ts';

const log = pino({ level: 'silent' });
let redis: TestServer;
beforeAll(async () => {
  if (noRedis !== null) return;
  redis = await testRedis();
  await redis.start();
});
afterAll(() => redis?.stop());

const under = (): BrokerUnderTest => {
  const url = redis.url.replace(/^redis/, 'redis-pubsub');
  return {
    url,
    open: () => new RedisPubSubBroker({ url, log }),
    deadLetters: async () => 0,
    crash: (downMs) => redis.crash(downMs),
  };
};

describeBroker({ name: 'Redis pub/sub', promises: PROMISES['redis-pubsub'], skip: noRedis, under });

describe.skipIf(noRedis !== null)(`Redis pub/sub loses${noRedis === null ? '' : ` (${noRedis})`}`, () => {
  test('what nobody listens to', async () => {
    const on = new Bench(under());
    await on.publish();
    await on.consume();
    const heard = message();
    await on.broker.publish(on.queue, heard);
    await vi.waitFor(() => expect([...on.seenIds]).toEqual([heard.id]), soon);
    await on.close();
  });

  test('what its handler failed with', async () => {
    const on = new Bench(under());
    const failing = message();
    await on.consume(async ({ id }) => {
      if (id === failing.id) throw new Error('not now');
    });
    await on.broker.publish(on.queue, failing);
    const next = message();
    await on.broker.publish(on.queue, next);
    await vi.waitFor(() => expect(on.seen.map(({ id }) => id)).toEqual([failing.id, next.id]), soon);
    await on.close();
  });
});
