import { trace } from '@opentelemetry/api';
import { withRemoteContext } from '@stormglass/agents/node';
import type { Job } from 'bullmq';
import { type Clock, systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { type BullBackend, type BullQueue, type BullWorker, Envelope } from './bullmq-backend.ts';
import { Crew } from './bullmq-crew.ts';
import { postgresBackend } from './bullmq-postgres.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Message, QueueDefinition } from './port.ts';
import { away, within } from './within.ts';

/**
 * Milliseconds for which a finished job is kept, so that a relay's second publish of its id is recognised. BullMQ could
 * remove old ones at each completion, but in PostgreSQL that looks at all that are kept: with 2,000 of them 145 messages
 * a second went through instead of 450. So they are swept now and then.
 */
const KEEP_DONE_MS = 120_000;
const SWEEP_MS = 15_000;
const SWEEP_BATCH = 5_000;
/** A killed consumer's messages come back after the lock, not after BullMQ's default half minute. */
const LOCK_MS = 10_000;
const RECOVERY = {
  maxStalledCount: 20,
  runRetryDelay: 1_000,
  removeOnComplete: { count: -1 },
};
/** A publish that takes longer counts as failed; the outbox row stays and is sent again. */
const PUBLISH_LIMIT_MS = 5_000;
/** Opening a queue on a broker that is away takes no longer. */
const OPEN_LIMIT_MS = 3_000;

export interface BullMqOptions {
  /** Address of the broker's database. */
  url: string;
  log: Log;
  /** Where the jobs lie; in PostgreSQL unless said otherwise. */
  backend?: BullBackend;
  clock?: Clock;
  /** How long a finished job's id is remembered. */
  keepDoneMs?: number;
  /** A consumer that gives no sign of life for this long loses its messages to another, at most half as long later. */
  lockMs?: number | undefined;
}

/** The Broker port on BullMQ. */
export class BullMqBroker implements Broker {
  readonly system = 'bullmq';
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #backend: BullBackend;
  readonly #keepDoneMs: number;
  readonly #lockMs: number;
  readonly #queues = new Map<string, Promise<BullQueue>>();
  readonly #consumers = new Set<Consumer>();
  readonly #stop = new AbortController();
  #prepared: Promise<void> | null = null;

  constructor({
    url,
    log,
    backend = postgresBackend(url, (err) => log.warn({ err }, 'broker connection failed')),
    clock = systemClock,
    keepDoneMs = KEEP_DONE_MS,
    lockMs = LOCK_MS,
  }: BullMqOptions) {
    this.#lockMs = lockMs;
    this.#keepDoneMs = keepDoneMs;
    this.#log = log;
    this.#clock = clock;
    this.#backend = backend;
  }

  publish(queue: QueueDefinition, message: Message): Promise<void> {
    const { payload, conversationId, headers } = message;
    // The send belongs to the trace of the business transaction, not to the relay's round.
    return withRemoteContext(headers, async () => {
      try {
        const bull = await this.#queue(queue.name);
        const added = bull.add(message.name, { payload, conversationId, headers } satisfies Envelope, {
          jobId: message.id,
          attempts: queue.attempts,
          backoff: { type: 'exponential', delay: queue.backoffMs },
        });
        await within(added, PUBLISH_LIMIT_MS, `publishing to ${queue.name}`);
      } catch (error) {
        throw away(`${queue.name} does not take the message: ${String(error)}`, error);
      }
    });
  }

  async consume(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Promise<Consumer> {
    const onError = (err: unknown) => this.#log.warn({ err, queue: queue.name }, 'broker connection failed');
    const crew = new Crew((hands) => this.#hire(queue, handler, options, hands, onError), onError);
    await this.#whenThere(() => crew.scale(options.concurrency));
    const sweep = this.#sweep(queue.name);
    const consumer: Consumer = {
      scale: (concurrency) => crew.scale(concurrency),
      close: () => {
        this.#consumers.delete(consumer);
        return Promise.all([crew.close(), sweep.stop()]).then(() => undefined);
      },
    };
    this.#consumers.add(consumer);
    return consumer;
  }

  async ping(): Promise<void> {
    try {
      await within(this.#prepare(), 2_000, 'the broker');
      await within(this.#backend.ping(), 2_000, 'the broker');
    } catch (error) {
      throw away(`the broker does not answer: ${String(error)}`, error);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    const queues = await Promise.allSettled(this.#queues.values());
    await Promise.all(
      queues.map((queue) => (queue.status === 'fulfilled' ? queue.value.close() : undefined)),
    );
    await this.#backend.close();
  }

  #sweep(name: string): Loop {
    return startLoop({
      name: `sweep ${name}`,
      intervalMs: SWEEP_MS,
      log: this.#log,
      clock: this.#clock,
      run: async () => {
        const queue = await this.#queue(name);
        const removed = await queue.clean(this.#keepDoneMs, SWEEP_BATCH, 'completed');
        return removed.length === SWEEP_BATCH;
      },
    });
  }

  #hire(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    { onDead }: ConsumeOptions,
    hands: number,
    onError: (error: unknown) => void,
  ): BullWorker {
    const process = async (job: Job<Envelope>) => {
      const delivery = toDelivery(job);
      trace.getActiveSpan()?.setAttribute('messaging.message.conversation_id', delivery.conversationId);
      await handler(delivery);
    };
    const worker = this.#backend.worker(queue.name, process, {
      ...RECOVERY,
      lockDuration: this.#lockMs,
      stalledInterval: Math.ceil(this.#lockMs / 2),
      concurrency: hands,
    });
    worker.on('error', onError);
    worker.on('failed', (job, error) => {
      if (!job || job.attemptsMade < queue.attempts) return;
      onDead?.({ ...toDelivery(job), attempts: job.attemptsMade, error: error.message });
    });
    return worker;
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
    await this.#prepare();
    const queue = this.#backend.queue(name);
    queue.on('error', (err) => this.#log.warn({ err, queue: name }, 'broker connection failed'));
    try {
      await within(queue.waitUntilReady(), OPEN_LIMIT_MS, `opening ${name}`);
      return queue;
    } catch (error) {
      await queue.close();
      throw error;
    }
  }

  #prepare(): Promise<void> {
    this.#prepared ??= this.#backend.prepare().catch((error) => {
      this.#prepared = null;
      throw error;
    });
    return this.#prepared;
  }

  /** Waits for a broker that starts later than we do, or has no connection left for us. */
  async #whenThere(begin: () => Promise<void>): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      try {
        await this.#prepare();
        return await begin();
      } catch (err) {
        if (attempt === 0) this.#log.warn({ err }, 'broker not there yet, trying on');
        await this.#clock.sleep(250, this.#stop.signal);
      }
    }
    throw away('the broker is being closed');
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
