import { withProcess, withRemoteContext, withSend } from '@stormglass/agents/node';
import { Redis } from 'ioredis';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { Hands } from './hands.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Message, QueueDefinition } from './port.ts';
import { away, within } from './within.ts';

const LIMIT_MS = 2_000;
/** Messages that wait in a consumer's memory for a free hand; more are dropped. */
const MOST_WAITING = 1_000;
const retryStrategy = () => 500;

const Wire = z.object({
  id: z.string(),
  name: z.string(),
  payload: z.unknown(),
  conversationId: z.string(),
  headers: z.record(z.string(), z.string()),
});

/**
 * The Broker port on Redis pub/sub, lossy on purpose: to show what a shop loses whose messages nobody keeps. A message
 * reaches those who listen at that moment, each of them; it is gone when nobody does, when its handler fails, and when
 * its consumer or Redis dies. Never use it for anything else.
 */
export class RedisPubSubBroker implements Broker {
  readonly system = 'redis';
  readonly #url: string;
  readonly #log: Log;
  readonly #client: Redis;
  readonly #consumers = new Set<Consumer>();

  constructor({ url, log }: { url: string; log: Log }) {
    this.#url = url.replace(/^redis-pubsub/, 'redis');
    this.#log = log;
    this.#client = new Redis(this.#url, { retryStrategy, maxRetriesPerRequest: 1 });
    this.#client.on('error', (err) => log.debug({ err }, 'no connection to Redis'));
  }

  publish(queue: QueueDefinition, message: Message): Promise<void> {
    const { id, conversationId, headers } = message;
    const info = { system: this.system, destination: queue.name, id, conversationId };
    const send = async (traced: Record<string, string>) => {
      const text = JSON.stringify({ ...message, headers: traced });
      await within(this.#client.publish(queue.name, text), LIMIT_MS, `publishing to ${queue.name}`);
    };
    return withRemoteContext(headers, () => withSend(info, headers, send)).catch((error) => {
      throw away(`Redis does not take it: ${String(error)}`, error);
    });
  }

  async consume(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    { concurrency }: ConsumeOptions,
  ): Promise<Consumer> {
    const listener = new Listener(queue.name, handler, concurrency, this.#log);
    const client = new Redis(this.#url, { retryStrategy, maxRetriesPerRequest: null });
    client.on('error', (err) => this.#log.debug({ err }, 'no connection to Redis'));
    client.on('message', (_channel, text) => listener.hear(text));
    await client.subscribe(queue.name);
    const consumer: Consumer = {
      scale: async (hands) => listener.scale(hands),
      close: async () => {
        this.#consumers.delete(consumer);
        client.disconnect();
        await listener.close();
      },
    };
    this.#consumers.add(consumer);
    return consumer;
  }

  async ping(): Promise<void> {
    await within(this.#client.ping(), LIMIT_MS, 'Redis').catch((error) => {
      throw away(`the broker does not answer: ${String(error)}`, error);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    this.#client.disconnect();
  }
}

/** What a consumer has heard and not yet handled. */
class Listener {
  readonly #queue: string;
  readonly #handler: (delivery: Delivery) => Promise<void>;
  readonly #log: Log;
  readonly #hands: Hands;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(queue: string, handler: (delivery: Delivery) => Promise<void>, hands: number, log: Log) {
    this.#queue = queue;
    this.#handler = handler;
    this.#hands = new Hands(hands);
    this.#log = log;
  }

  scale(hands: number): void {
    this.#hands.limit = hands;
  }

  hear(text: string): void {
    if (this.#running.size >= MOST_WAITING) {
      this.#log.warn({ queue: this.#queue }, 'too many messages wait, one is lost');
      return;
    }
    const done = this.#handle(text)
      .catch((err) => this.#log.warn({ err, queue: this.#queue }, 'a message is lost'))
      .finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  /** What still waits is lost. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #handle(text: string): Promise<void> {
    const message = Wire.parse(JSON.parse(text));
    const giveBack = await this.#hands.take(this.#stop.signal);
    if (giveBack === null) return;
    const { id, conversationId, headers } = message;
    const info = { system: 'redis', destination: this.#queue, id, conversationId };
    await withProcess(info, headers, () => this.#handler({ ...message, attempt: 1 })).finally(giveBack);
  }
}
