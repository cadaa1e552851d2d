import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BullMqBroker } from '../kit/broker/bullmq.ts';
import { Database } from '../kit/database.ts';
import { INBOX_SCHEMA } from '../kit/inbox.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { listen } from './listen.ts';
import { QUEUES } from './queues.ts';

const log = pino({ level: 'silent' });
const soon = { timeout: 30_000, interval: 50 };

let postgres: TestPostgres;
let db: Database;
let broker: BullMqBroker;
beforeAll(async () => {
  postgres = await startTestPostgres();
  db = new Database({ url: await postgres.database('service'), schema: INBOX_SCHEMA, log });
  broker = new BullMqBroker({ url: await postgres.database('broker'), log });
  await db.whenReady();
}, 240_000);
afterAll(async () => {
  await broker.close();
  await db.close();
  await postgres.stop();
});

/** An event as its owner's relay sends it. */
function sent() {
  const id = randomUUID();
  const subject = { orderId: 'o-1', sagaId: 's-1', mode: 'choreographed', stream: 'payment:s-1', version: 1 };
  const data = { captured: 1 };
  const payload = { ...subject, id, type: 'PAYMENT_COMPLETED', data, at: new Date().toISOString() };
  return { id, name: 'PAYMENT_COMPLETED', payload, conversationId: 's-1', headers: {} };
}

const marked = (id: string) => db.query('select 1 from inbox where message_id = $1', [id]);

test.each([
  {
    what: 'that came too late to have an effect',
    queue: QUEUES.shipping,
    handlers: { PAYMENT_COMPLETED: async () => {} },
  },
  { what: 'that nobody here has a use for', queue: QUEUES.orders, handlers: {} },
])('an event $what is marked as handled like any other', async ({ queue, handlers }) => {
  listen({ db, broker, log, queue, handlers });
  const message = sent();
  await broker.publish(queue, message);
  await vi.waitFor(async () => expect(await marked(message.id)).toHaveLength(1), soon);
});

test('an event whose handler throws is not', async () => {
  let heard = 0;
  const handlers = {
    PAYMENT_COMPLETED: async () => {
      heard++;
      throw new Error('not now');
    },
  };
  listen({ db, broker, log, queue: QUEUES.payments, handlers });
  const message = sent();
  await broker.publish(QUEUES.payments, message);
  await vi.waitFor(() => expect(heard).toBeGreaterThan(1), soon);
  expect(await marked(message.id)).toEqual([]);
});
