import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POSTGRES, postgresFolder, Supervisor, startPostgres } from '@stormglass/agents/host';
import { noRabbitMq, noRedis, testRabbitMq, testRedis } from '@stormglass/agents/queues/testing';
import { freePort } from '../agents/host/fixtures/ports.ts';
import { openBroker } from '../sample-services/kit/broker/open.ts';
import type { Broker, QueueDefinition } from '../sample-services/kit/broker/port.ts';
import { parseEnv } from '../sample-services/kit/env.ts';
import { createLog } from '../sample-services/kit/log.ts';
import { percentile, report } from './figure.ts';

/**
 * The Broker port on each broker: how long a message takes from just before `publish` to its handler, one every 20 ms,
 * and how many a second go through when 50 are being published at once, as the outbox relay does, and 20 handled. Each
 * broker runs with one producer and one consumer in this process; durable as in the shop.
 */
const PACED = 300;
const EVERY_MS = 20;
const FLOOD = 5_000;
const BATCH = 50;
const HANDS = 20;
const WARM_UP = 50;
const log = createLog('bench', parseEnv({ ...process.env, LOG_LEVEL: 'silent' }));

interface Server {
  name: string;
  url: string;
  stop(): Promise<void>;
}

export async function run(): Promise<void> {
  for (const start of [postgres, redis, rabbitMq, kafka]) {
    const server = await start();
    if (server === null) continue;
    try {
      await measure(server);
    } finally {
      await server.stop();
    }
  }
}

async function measure({ name, url }: Server): Promise<void> {
  const broker = openBroker({ url, log });
  const queue = { name: `bench-${randomUUID().slice(0, 8)}`, attempts: 3, backoffMs: 500 };
  const inbox = new Inbox();
  await broker.consume(queue, async ({ id }) => inbox.handled(id), { concurrency: HANDS });
  try {
    await send(broker, queue, inbox, WARM_UP);
    const latencies = await pace(broker, queue, inbox);
    const params = { broker: name, messages: PACED, everyMs: EVERY_MS };
    for (const [label, q] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const value = percentile(latencies, q);
      report({
        bench: 'queues',
        figure: `publish to handler ${label}`,
        value,
        unit: 'ms',
        goal: null,
        params,
      });
    }
    const began = performance.now();
    await send(broker, queue, inbox, FLOOD);
    const value = FLOOD / ((performance.now() - began) / 1000);
    const flood = { broker: name, messages: FLOOD, atOnce: BATCH, hands: HANDS };
    report({
      bench: 'queues',
      figure: 'messages through',
      value,
      unit: 'messages/s',
      goal: null,
      params: flood,
    });
  } finally {
    await broker.close();
  }
}

/** What has been handled; a message may be waited for before it is sent. */
class Inbox {
  readonly #waiting = new Map<string, () => void>();

  expect(id: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  handled(id: string): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }
}

async function pace(broker: Broker, queue: QueueDefinition, inbox: Inbox): Promise<number[]> {
  const latencies: number[] = [];
  const all: Promise<void>[] = [];
  for (let i = 0; i < PACED; i++) {
    const began = performance.now();
    const message = fresh();
    all.push(inbox.expect(message.id).then(() => void latencies.push(performance.now() - began)));
    all.push(broker.publish(queue, message));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  await Promise.all(all);
  return latencies;
}

async function send(broker: Broker, queue: QueueDefinition, inbox: Inbox, count: number): Promise<void> {
  const handled: Promise<void>[] = [];
  for (let sent = 0; sent < count; sent += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - sent) }, fresh);
    handled.push(...batch.map(({ id }) => inbox.expect(id)));
    await Promise.all(batch.map((message) => broker.publish(queue, message)));
  }
  await Promise.all(handled);
}

const fresh = () => ({
  id: randomUUID(),
  name: 'ORDER_CREATED',
  payload: { orderId: randomUUID(), userId: 'user-1', sku: 'sku-01', quantity: 2, amount: 4_200 },
  conversationId: randomUUID(),
  headers: { traceparent: `00-${randomUUID().replaceAll('-', '')}-b7ad6b7169203331-01` },
});

async function postgres(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-queues-'));
  const supervisor = new Supervisor({ logDir: join(dataDir, 'logs'), onEvent: () => undefined });
  const server = await startPostgres({ supervisor, dataDir, port: await freePort() });
  return {
    name: 'BullMQ on PostgreSQL',
    url: await server.database('broker'),
    stop: async () => {
      await supervisor.stop([POSTGRES]);
      rmSync(postgresFolder(dataDir), { recursive: true, force: true });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function redis(): Promise<Server | null> {
  if (noRedis !== null) return skipped('Redis', noRedis);
  const server = await testRedis();
  await server.start();
  return { name: 'BullMQ on Redis', url: server.url, stop: () => server.stop() };
}

async function rabbitMq(): Promise<Server | null> {
  if (noRabbitMq !== null) return skipped('RabbitMQ', noRabbitMq);
  const { server } = await testRabbitMq();
  await server.start();
  return { name: 'RabbitMQ', url: server.url, stop: () => server.stop() };
}

async function kafka(): Promise<Server | null> {
  const url = process.env.KAFKA_TEST_URL;
  if (!url) return skipped('Kafka', 'no KAFKA_TEST_URL');
  return { name: 'Kafka', url, stop: async () => undefined };
}

function skipped(name: string, reason: string): null {
  process.stderr.write(`${name}: ${reason}\n`);
  return null;
}
