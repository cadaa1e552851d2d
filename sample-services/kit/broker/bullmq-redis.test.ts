import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { noRedis, type TestServer, testRedis } from '../../testing/brokers.ts';
import { BullMqBroker } from './bullmq.ts';
import { redisBackend } from './bullmq-redis.ts';
import { describeBroker } from './contract/battery.ts';
import { PROMISES } from './promises.ts';

const log = pino({ level: 'silent' });
let redis: TestServer;
beforeAll(async () => {
  if (noRedis !== null) return;
  redis = await testRedis();
  await redis.start();
});
afterAll(() => redis?.stop());

describeBroker({
  name: 'BullMQ on Redis',
  promises: PROMISES.redis,
  skip: noRedis,
  under: () => ({
    url: redis.url,
    open: () => new BullMqBroker({ url: redis.url, log, backend: redisBackend(redis.url) }),
    deadLetters: async (queue) => {
      const client = new Redis(redis.url);
      return client.zcard(`bull:${queue}:failed`).finally(() => client.disconnect());
    },
    crash: (downMs) => redis.crash(downMs),
  }),
});
