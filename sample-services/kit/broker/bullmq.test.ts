import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ask, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { systemClock } from '../clock.ts';
import { BullMqBroker } from './bullmq.ts';
import { describeBroker } from './contract/battery.ts';
import { Bench, soon } from './contract/bench.ts';
import { PROMISES } from './promises.ts';

const log = pino({ level: 'silent' });
/** Impatient: whoever is killed is found out soon. */
const LOCK_MS = 2_000;
let postgres: TestPostgres;
let url: string;
beforeAll(async () => {
  postgres = await startTestPostgres();
  url = await postgres.database('broker');
});
afterAll(() => postgres.stop());

describeBroker({
  name: 'BullMQ on PostgreSQL',
  promises: PROMISES.postgres,
  under: () => ({
    url,
    lockMs: LOCK_MS,
    open: () => new BullMqBroker({ url, log, lockMs: LOCK_MS }),
    deadLetters: async (queue) => {
      const count = `select count(*)::int as n from bullmq.job where queue = $1 and state = 'failed'`;
      const [row] = await ask<{ n: number }>(url, count, [queue]);
      return row?.n ?? 0;
    },
    crash: (downMs) => postgres.crash(downMs),
  }),
});

test('a broker that is not there fails the publish instead of hanging', async () => {
  const nowhere = new BullMqBroker({ url: 'postgres://x:x@127.0.0.1:9/none', log });
  const message = { id: 'm', name: 'n', payload: {}, conversationId: '', headers: {} };
  await expect(nowhere.publish({ name: 'q', attempts: 1, backoffMs: 1 }, message)).rejects.toThrow();
  await expect(nowhere.ping()).rejects.toMatchObject({ code: 'unavailable' });
  await nowhere.close();
});

test('a consumer for whom the broker has no connection left works as soon as it has one', async () => {
  const role = new URL(await postgres.database('crowded'));
  const said: string[] = [];
  const saying = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) });
  const broker = new BullMqBroker({ url: role.href, log: saying });
  await broker.ping();
  await ask(postgres.adminUrl, 'alter role crowded connection limit 0');
  const seen: string[] = [];
  const queue = { name: 'crowded', attempts: 1, backoffMs: 1 };
  const consuming = broker.consume(queue, async ({ id }) => void seen.push(id), { concurrency: 2 });
  await vi.waitFor(() => expect(said.join('')).toContain('broker not there yet'), soon);
  await ask(postgres.adminUrl, 'alter role crowded connection limit -1');
  const consumer = await consuming;
  await broker.publish(queue, { id: 'm', name: 'n', payload: {}, conversationId: '', headers: {} });
  await vi.waitFor(() => expect(seen).toEqual(['m']), soon);
  await consumer.close();
  await broker.close();
});

test('hands hired one by one, more than there are connections for statements, hold up no other queue', async () => {
  const broker = new BullMqBroker({ url, log });
  const named = (name: string) => ({ name, attempts: 1, backoffMs: 1 });
  const crowd = await broker.consume(named('crowd'), async () => undefined, { concurrency: 1 });
  for (let hands = 2; hands <= 30; hands++) await crowd.scale(hands);
  const seen: string[] = [];
  await broker.consume(named('other'), async ({ id }) => void seen.push(id), { concurrency: 1 });
  const message = { id: 'm', name: 'n', payload: {}, conversationId: '', headers: {} };
  await broker.publish(named('other'), message);
  await vi.waitFor(() => expect(seen).toEqual(['m']), soon);
  await broker.close();
});

test('what is done is forgotten after its time, so that a busy queue does not grow', async () => {
  // Rounds come quickly, and nothing is kept.
  const clock = { ...systemClock, sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(50, signal) };
  const on = new Bench({
    url,
    open: () => new BullMqBroker({ url, log, clock, keepDoneMs: 0 }),
    deadLetters: async () => 0,
    crash: async () => undefined,
  });
  await on.consume();
  for (let i = 0; i < 5; i++) await on.publish();
  await vi.waitFor(() => expect(on.seen).toHaveLength(5), soon);
  const kept = () => ask(url, 'select id from bullmq.job where queue = $1', [on.queue.name]);
  await vi.waitFor(async () => expect(await kept()).toEqual([]), soon);
  await on.close();
});

test('a message wakes waiting workers once, and what happened to it is written all the same', async () => {
  const heard: string[] = [];
  const listener = new pg.Client({ connectionString: url });
  await listener.connect();
  listener.on('notification', ({ channel, payload }) => heard.push(`${channel} ${payload}`));
  await listener.query('listen bullmq_jobs; listen bullmq_events');
  const on = new Bench({
    url,
    open: () => new BullMqBroker({ url, log }),
    deadLetters: async () => 0,
    crash: async () => undefined,
  });
  await on.consume();
  await on.publish();
  const events = () =>
    ask<{ event: string }>(url, 'select event from bullmq.event where queue = $1 order by id', [
      on.queue.name,
    ]);
  await vi.waitFor(
    async () =>
      expect((await events()).map(({ event }) => event)).toEqual(
        expect.arrayContaining(['added', 'active', 'completed']),
      ),
    soon,
  );
  // Whatever was told before comes before this.
  await ask(url, "select pg_notify('bullmq_jobs', 'end')");
  await vi.waitFor(() => expect(heard).toContain('bullmq_jobs end'), soon);
  expect(heard.filter((line) => line.endsWith(on.queue.name))).toEqual([`bullmq_jobs ${on.queue.name}`]);
  await listener.end();
  await on.close();
});
