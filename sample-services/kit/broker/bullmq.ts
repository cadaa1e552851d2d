import { trace } from '@opentelemetry/api';
import { withRemoteContext } from '@stormglass/agents/node';
import { createPostgresBackend, type Job, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import { z } from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import { ShopError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Message, QueueDefinition } from './port.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);
type BullQueue = InstanceType<typeof Queue>;

/** What lies in a job's data; the rest of a Message are the job's own fields. */
const Envelope = z.object({
  payload: z.unknown(),
  conversationId: z.string(),
  headers: z.record(z.string(), z.string()),
});
type Envelope = z.output<typeof Envelope>;

/** Finished jobs are kept this long, so that a relay's second publish of one id is still recognised. */
const KEEP_DONE = { age: 600, count: 2_000 };
/** A publish that takes longer counts as failed; the outbox row stays and is sent again. */
const PUBLISH_LIMIT_MS = 5_000;

export interface BullMqOptions {
  /** PostgreSQL database of the broker. */
  url: string;
  log: Log;
  clock?: Clock;
}

/** The Broker port on BullMQ with its PostgreSQL backend. */
export class BullMqBroker implements Broker {
  readonly #options: BullMqOptions;
  readonly #queues = new Map<string, Promise<BullQueue>>();
  readonly #consumers = new Set<Consumer>();
  readonly #stop = new AbortController();
  #schema: Promise<void> | null = null;

  constructor(options: BullMqOptions) {
    this.#options = options;
  }

  publish(queue: QueueDefinition, message: Message): Promise<void> {
    const { payload, conversationId, headers } = message;
    // The send belongs to the trace of the business transaction, not to the relay's round.
    return withRemoteContext(headers, async () => {
      const bull = await this.#queue(queue.name);
      const added = bull.add(message.name, { payload, conversationId, headers } satisfies Envelope, {
        jobId: message.id,
        attempts: queue.attempts,
        backoff: { type: 'exponential', delay: queue.backoffMs },
        removeOnComplete: KEEP_DONE,
      });
      await within(added, PUBLISH_LIMIT_MS, `publishing to ${queue.name}`);
    });
  }

  async consume(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Promise<Consumer> {
    await this.#whenThere();
    const { log } = this.#options;
    const worker = new Worker<Envelope>(
      queue.name,
      async (job) => {
        const delivery = toDelivery(job);
        trace.getActiveSpan()?.setAttribute('messaging.message.conversation_id', delivery.conversationId);
        await handler(delivery);
      },
      {
        connection: this.#connection(2),
        concurrency: options.concurrency,
        // A killed consumer's messages come back after the lock, not after BullMQ's default half minute.
        lockDuration: 10_000,
        stalledInterval: 5_000,
        maxStalledCount: 20,
        runRetryDelay: 1_000,
        removeOnComplete: KEEP_DONE,
      },
    );
    worker.on('error', (err) => log.warn({ err, queue: queue.name }, 'broker connection failed'));
    worker.on('failed', (job, error) => {
      if (!job || job.attemptsMade < queue.attempts) return;
      const message = toDelivery(job);
      options.onDead?.({ ...message, attempts: job.attemptsMade, error: error.message });
    });
    await worker.waitUntilReady();
    const consumer: Consumer = {
      close: async () => {
        this.#consumers.delete(consumer);
        await worker.close();
      },
    };
    this.#consumers.add(consumer);
    return consumer;
  }

  async ping(): Promise<void> {
    try {
      await within(this.#migrate(), 2_000, 'the broker');
      const client = new pg.Client({ connectionString: this.#options.url, connectionTimeoutMillis: 1_000 });
      await client.connect();
      await client.end();
    } catch (error) {
      throw new ShopError(
        'unavailable',
        `the broker does not answer: ${String(error)}`,
        'Try again in a second.',
        {
          cause: error,
        },
      );
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    const queues = await Promise.allSettled(this.#queues.values());
    await Promise.all(
      queues.map((queue) => (queue.status === 'fulfilled' ? queue.value.close() : undefined)),
    );
  }

  #connection(max: number): { connectionString: string; max: number; connectionTimeoutMillis: number } {
    return { connectionString: this.#options.url, max, connectionTimeoutMillis: 2_000 };
  }

  /** BullMQ remembers a failed connection for ever, so a queue that did not come up is thrown away and made again. */
  #queue(name: string): Promise<BullQueue> {
    const known = this.#queues.get(name);
    if (known) return known;
    const opening = this.#openQueue(name);
    this.#queues.set(name, opening);
    opening.catch(() => this.#queues.delete(name));
    return opening;
  }

  async #openQueue(name: string): Promise<BullQueue> {
    await this.#migrate();
    const queue = new Queue(name, { connection: this.#connection(3) });
    queue.on('error', (err) => this.#options.log.warn({ err, queue: name }, 'broker connection failed'));
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      await queue.close();
      throw error;
    }
  }

  #migrate(): Promise<void> {
    this.#schema ??= this.#runMigrations().catch((error) => {
      this.#schema = null;
      throw error;
    });
    return this.#schema;
  }

  async #runMigrations(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#options.url, connectionTimeoutMillis: 2_000 });
    client.on('error', (err) => this.#options.log.warn({ err }, 'broker connection failed'));
    await client.connect();
    try {
      await runMigrations(client);
    } finally {
      await client.end();
    }
  }

  /** Waits for a broker that starts later than we do. */
  async #whenThere(): Promise<void> {
    const { clock = systemClock, log } = this.#options;
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      try {
        await this.#migrate();
        return;
      } catch (err) {
        if (attempt === 0) log.warn({ err }, 'broker not there yet, trying on');
        await clock.sleep(250, this.#stop.signal);
      }
    }
    throw new ShopError('unavailable', 'the broker is being closed', 'Open it again.');
  }
}

function toDelivery(job: Job<Envelope>): Delivery {
  const data = Envelope.parse(job.data);
  return {
    id: job.id ?? '',
    name: job.name,
    payload: data.payload,
    conversationId: data.conversationId,
    headers: data.headers,
    attempt: job.attemptsMade + 1,
  };
}

function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(new ShopError('unavailable', `${what} took longer than ${ms} ms`, 'Try again in a second.')),
      ms,
    );
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
