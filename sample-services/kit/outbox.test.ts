import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ask, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { BullMqBroker } from './broker/bullmq.ts';
import type { Broker } from './broker/port.ts';
import { Database } from './database.ts';
import { handleOnce, INBOX_SCHEMA } from './inbox.ts';
import type { Loop } from './loop.ts';
import { appendOutbox, OUTBOX_SCHEMA, startOutboxRelay } from './outbox.ts';

const log = pino({ level: 'silent' });
const QUEUE = { name: 'letters', attempts: 3, backoffMs: 20 };
const soon = { timeout: 15_000, interval: 25 };

let postgres: TestPostgres;
let url: string;
let db: Database;
let broker: Broker;
let relays: Loop[];
let received: string[];
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('letters');
  const brokerUrl = await postgres.database('broker');
  db = new Database({ url, schema: `${OUTBOX_SCHEMA}; ${INBOX_SCHEMA}`, log });
  await db.whenReady();
  broker = new BullMqBroker({ url: brokerUrl, log });
  await broker.consume(QUEUE, async (delivery) => void received.push(String(delivery.payload)), {
    concurrency: 4,
  });
});
afterAll(async () => {
  await broker.close();
  await db.close();
  await postgres.stop();
});
beforeEach(() => {
  relays = [];
  received = [];
});
afterEach(() => Promise.all(relays.map((relay) => relay.stop())));

const letter = (payload: string) => ({ name: 'letter', payload, conversationId: '' });
const relay = () => relays.push(startOutboxRelay({ db, broker, queues: [QUEUE], log }));
const unsent = () => db.query<{ n: number }>('select count(*)::int as n from outbox where sent_at is null');

describe('the outbox', () => {
  test('publishes exactly what committed', async () => {
    relay();
    for (let i = 0; i < 20; i++) {
      const work = db.transaction(async (tx) => {
        await appendOutbox(tx, QUEUE, letter(`n${i}`));
        if (i % 2 === 1) throw new Error('business failed');
      });
      await work.catch(() => undefined);
    }
    await vi.waitFor(() => expect(received).toHaveLength(10), soon);
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
    expect(received.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `n${i * 2}`).sort());
  });

  test('does not lose a row whose transaction commits after a later one was sent', async () => {
    relay();
    let commit = () => {};
    const gate = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const slow = db.transaction(async (tx) => {
      await appendOutbox(tx, QUEUE, letter('early number, late commit'));
      await gate;
    });
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('late number, early commit')));
    await vi.waitFor(() => expect(received).toEqual(['late number, early commit']), soon);
    commit();
    await slow;
    await vi.waitFor(() => expect(received).toContain('early number, late commit'), soon);
  });

  test('emptied by two relays at once still sends each message once', async () => {
    relay();
    relay();
    const names = Array.from({ length: 60 }, (_, i) => `m${i}`);
    await Promise.all(names.map((name) => db.transaction((tx) => appendOutbox(tx, QUEUE, letter(name)))));
    await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(60), soon);
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 0 }]), soon);
    expect(received.sort()).toEqual(names.sort());
  });

  test('keeps its rows while the broker refuses, and sends them when it is back', async () => {
    let refusing = true;
    const moody: Broker = {
      system: broker.system,
      publish: (queue, message) =>
        refusing ? Promise.reject(new Error('broker is away')) : broker.publish(queue, message),
      consume: (queue, handler, options) => broker.consume(queue, handler, options),
      ping: () => broker.ping(),
      close: () => broker.close(),
    };
    relays.push(startOutboxRelay({ db, broker: moody, queues: [QUEUE], log }));
    await db.transaction((tx) => appendOutbox(tx, QUEUE, letter('patient')));
    await vi.waitFor(async () => expect(await unsent()).toEqual([{ n: 1 }]), soon);
    refusing = false;
    await vi.waitFor(() => expect(received).toEqual(['patient']), soon);
  });
});

describe('the inbox', () => {
  test('applies a message once, even when two handlers have it at the same time', async () => {
    await ask(url, 'create table if not exists effect (n int)');
    const effect = () =>
      handleOnce(db, 'message-1', 'me', async (tx) => void (await tx.query('insert into effect values (1)')));
    const applied = await Promise.all([effect(), effect(), effect()]);
    expect(applied.filter(Boolean)).toHaveLength(1);
    expect(await ask(url, 'select n from effect')).toEqual([{ n: 1 }]);
  });

  test('does not mark a message whose effect failed', async () => {
    const failing = handleOnce(db, 'message-2', 'me', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await handleOnce(db, 'message-2', 'me', async () => {})).toBe(true);
  });
});
