import { withRemoteContext, withSend } from '@stormglass/agents/node';
import type { Admin, Kafka, Producer, Message as Record } from 'kafkajs';
import { type Clock, systemClock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Message, QueueDefinition } from '../port.ts';
import { away, within } from '../within.ts';
import { kafkaClient } from './client.ts';
import { HEADER, toRecord } from './message.ts';
import { Subscription } from './subscription.ts';
import { deadTopic, delayAfter, retryTopic, topicsOf } from './topics.ts';

const PUBLISH_LIMIT_MS = 8_000;
const REOPEN_MS = 500;

export interface KafkaOptions {
  /** `kafka://host:port` */
  url: string;
  log: Log;
  clock?: Clock;
}

/** The Broker port on Kafka: a topic and a consumer group a queue, topics for repetitions and for dead letters. */
export class KafkaBroker implements Broker {
  readonly system = 'kafka';
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #kafka: Kafka;
  readonly #stop = new AbortController();
  readonly #consumers = new Set<Consumer>();
  readonly #declared = new Map<string, Promise<void>>();
  #clients: Promise<{ admin: Admin; producer: Producer }> | null = null;

  constructor({ url, log, clock = systemClock }: KafkaOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#kafka = kafkaClient(url, log);
  }

  publish(queue: QueueDefinition, message: Message): Promise<void> {
    // The send belongs to the trace of the business transaction, not to the relay's round.
    return withRemoteContext(message.headers, () =>
      this.#send(queue, queue.name, message, (traced) => toRecord(traced, 1)),
    );
  }

  async consume(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Promise<Consumer> {
    for (let told = false; !this.#stop.signal.aborted; ) {
      const subscription = this.#subscription(queue, handler, options);
      try {
        await this.#declare(queue);
        await subscription.start();
        return this.#own(subscription);
      } catch (err) {
        if (!told) this.#log.warn({ err, queue: queue.name }, 'broker not there yet, trying on');
        told = true;
        await subscription.close().catch(() => undefined);
        await this.#clock.sleep(REOPEN_MS, this.#stop.signal);
      }
    }
    throw away('the broker is being closed');
  }

  async ping(): Promise<void> {
    try {
      await within(this.#topics(), 3_000, 'Kafka');
    } catch (error) {
      throw away(`the broker does not answer: ${String(error)}`, error);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    const clients = await this.#clients?.catch(() => null);
    await Promise.allSettled([clients?.producer.disconnect(), clients?.admin.disconnect()]);
  }

  #subscription(
    queue: QueueDefinition,
    handle: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Subscription {
    return new Subscription({
      kafka: this.#kafka,
      queue,
      concurrency: options.concurrency,
      handle,
      fail: (delivery, error) => this.#fail(queue, delivery, error, options),
      topics: () => this.#topics(),
      clock: this.#clock,
      log: this.#log,
    });
  }

  #own(subscription: Subscription): Consumer {
    const consumer: Consumer = {
      scale: (concurrency) => subscription.scale(concurrency),
      close: () => {
        this.#consumers.delete(consumer);
        return subscription.close();
      },
    };
    this.#consumers.add(consumer);
    return consumer;
  }

  /** To the next attempt's topic, or to the dead letters, before the message counts as done where it was. */
  async #fail(
    queue: QueueDefinition,
    { attempt, ...message }: Delivery,
    error: Error,
    { onDead }: ConsumeOptions,
  ): Promise<void> {
    const now = this.#clock.now();
    if (attempt < queue.attempts) {
      const due = now + delayAfter(queue, attempt);
      await this.#send(queue, retryTopic(queue.name, attempt), message, (traced) =>
        toRecord(traced, attempt + 1, { [HEADER.due]: due }),
      );
      return;
    }
    const told = { [HEADER.error]: error.message, [HEADER.failedAt]: now };
    await this.#send(queue, deadTopic(queue.name), message, (traced) => toRecord(traced, attempt, told));
    onDead?.({ ...message, attempts: attempt, error: error.message });
  }

  /** Resolves when all replicas in sync have it. */
  async #send(
    queue: QueueDefinition,
    topic: string,
    message: Message,
    toKafka: (traced: Message) => Record,
  ): Promise<void> {
    const { id, conversationId } = message;
    const info = { system: 'kafka', destination: topic, id, conversationId };
    try {
      await withSend(info, message.headers, async (headers) => {
        await this.#declare(queue);
        const { producer } = await this.#open();
        const sent = producer.send({ topic, acks: -1, messages: [toKafka({ ...message, headers })] });
        await within(sent, PUBLISH_LIMIT_MS, `publishing to ${topic}`);
      });
    } catch (error) {
      throw away(`Kafka does not take it: ${String(error)}`, error);
    }
  }

  #declare(queue: QueueDefinition): Promise<void> {
    const known = this.#declared.get(queue.name);
    if (known) return known;
    const declaring = this.#open().then(async ({ admin }) => {
      await admin.createTopics({ topics: topicsOf(queue), waitForLeaders: true });
    });
    this.#declared.set(queue.name, declaring);
    declaring.catch(() => this.#declared.delete(queue.name));
    return declaring;
  }

  async #topics(): Promise<string[]> {
    return (await this.#open()).admin.listTopics();
  }

  #open(): Promise<{ admin: Admin; producer: Producer }> {
    this.#clients ??= this.#connect().catch((error) => {
      this.#clients = null;
      throw error;
    });
    return this.#clients;
  }

  async #connect(): Promise<{ admin: Admin; producer: Producer }> {
    const admin = this.#kafka.admin();
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    await Promise.all([admin.connect(), producer.connect()]);
    return { admin, producer };
  }
}
