import { createRedisBackend, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type { BullBackend, BullQueue, Envelope } from './bullmq-backend.ts';

const { Queue, Worker } = withBackend(createRedisBackend);
const retryStrategy = () => 500;

/**
 * BullMQ in Redis. What it acknowledges outlives a kill of Redis only with `appendonly yes` and `appendfsync always`:
 * while a slow disk is at its last sync, `everysec` answers before it writes. `maxmemory-policy` has to be `noeviction`.
 */
export function redisBackend(url: string): BullBackend {
  const ping = async () => {
    const client = new Redis(url, { lazyConnect: true, connectTimeout: 1_000, retryStrategy: () => null });
    // The rejected connect tells it too.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.ping();
    } finally {
      client.disconnect();
    }
  };
  return {
    prepare: ping,
    ping,
    queue: (name) => openQueue(name, url),
    worker: (name, processor, options) =>
      new Worker<Envelope>(name, processor, {
        ...options,
        autorun: false,
        connection: { url, retryStrategy, maxRetriesPerRequest: null },
      }),
    close: async () => undefined,
  };
}

/**
 * On a client of our own, which can be closed while Redis is away: BullMQ's waits for an end that ioredis then never
 * tells. A publish fails while Redis is away, instead of waiting in this process for its return: the outbox keeps it.
 */
function openQueue(name: string, url: string): BullQueue {
  const client = new Redis(url, { retryStrategy, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  const queue = new Queue<Envelope>(name, { connection: client });
  client.on('error', () => undefined);
  return {
    add: (...job) => queue.add(...job),
    clean: (...which) => queue.clean(...which),
    on: (event, listener) => queue.on(event, listener),
    waitUntilReady: () => queue.waitUntilReady(),
    close: async () => {
      client.disconnect();
      await queue.close();
    },
  };
}
