import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { noRedis, type TestServer, testRedis } from '../../testing/brokers.ts';
import { BullMqBroker } from './bullmq.ts';
import { redisBackend } from './bullmq-redis.ts';
import { describeBroker } from './contract/battery.ts';
import { PROMISES } from './promises.ts';

const log = pino({ level: 'silent' });
/** Impatient: whoever is killed is found out soon. */
const LOCK_MS = 2_000;
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
    lockMs: LOCK_MS,
    open: () => new BullMqBroker({ url: redis.url, log, lockMs: LOCK_MS, backend: redisBackend(redis.url) }),
    deadLetters: async (queue) => {
      const client = new Redis(redis.url);
      return client.zcard(`bull:${queue}:failed`).finally(() => client.disconnect());
    },
    crash: (downMs) => redis.crash(downMs),
  }),
});
