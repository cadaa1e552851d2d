import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { BullMqBroker } from './bullmq.ts';
import { describeBroker } from './contract.ts';

const log = pino({ level: 'silent' });
let postgres: TestPostgres;
let url: string;
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('broker');
});
afterAll(() => postgres.stop());

describeBroker('BullMQ on PostgreSQL', async () => {
  const broker = new BullMqBroker({ url, log });
  return {
    broker,
    deadLetters: async (queue) => {
      const [row] = await ask<{ n: number }>(
        url,
        `select count(*)::int as n from bullmq.job j where j.queue = $1 and j.state = 'failed'`,
        [queue],
      );
      return row?.n ?? 0;
    },
    close: () => broker.close(),
  };
});

test('a broker that is not there fails the publish instead of hanging, and works once it is', async () => {
  const nowhere = new BullMqBroker({ url: 'postgres://x:x@127.0.0.1:9/none', log });
  const message = { id: 'm', name: 'n', payload: {}, conversationId: '', headers: {} };
  await expect(nowhere.publish({ name: 'q', attempts: 1, backoffMs: 1 }, message)).rejects.toThrow();
  await expect(nowhere.ping()).rejects.toMatchObject({ code: 'unavailable' });
  await nowhere.close();
});
