import { withRemoteContext } from '@stormglass/agents/node';
import { type Clock, systemClock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Message, QueueDefinition } from '../port.ts';
import { away, within } from '../within.ts';
import { Link } from './link.ts';
import { ERROR_HEADER, FAILED_AT_HEADER, toContent, toProperties } from './message.ts';
import { type Destination, Publisher } from './publisher.ts';
import { Subscription } from './subscription.ts';
import { deadQueue, declareQueue, declareRetry, delayAfter, retryQueue } from './topology.ts';

export interface RabbitMqOptions {
  /** `amqp://` or `amqps://`. */
  url: string;
  log: Log;
  clock?: Clock;
}

/** The Broker port on RabbitMQ 3.10 or newer: quorum queues, publisher confirms, retries by queues with a time to live. */
export class RabbitMqBroker implements Broker {
  readonly system = 'rabbitmq';
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #publisher: Publisher;
  readonly #consumers = new Set<Consumer>();

  constructor({ url, log, clock = systemClock }: RabbitMqOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#link = new Link(url, log);
    this.#publisher = new Publisher(this.#link);
  }

  publish(queue: QueueDefinition, message: Message): Promise<void> {
    // The send belongs to the trace of the business transaction, not to the relay's round.
    return withRemoteContext(message.headers, () =>
      this.#publisher.send(
        toMain(queue),
        toContent(message.payload),
        toProperties(message, 1, this.#clock.now()),
      ),
    );
  }

  async consume(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Promise<Consumer> {
    const subscription = new Subscription({
      link: this.#link,
      queue: queue.name,
      concurrency: options.concurrency,
      handle: handler,
      fail: (delivery, error) => this.#fail(queue, delivery, error, options),
      clock: this.#clock,
      log: this.#log,
    });
    const consumer: Consumer = {
      scale: (concurrency) => subscription.scale(concurrency),
      close: () => {
        this.#consumers.delete(consumer);
        return subscription.close();
      },
    };
    this.#consumers.add(consumer);
    await subscription.consuming;
    return consumer;
  }

  async ping(): Promise<void> {
    try {
      await within(this.#publisher.ping(), 2_000, 'RabbitMQ');
    } catch (error) {
      throw away(`the broker does not answer: ${String(error)}`, error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.#link.close();
  }

  /**
   * The message goes to where it waits for its next attempt, or to the dead letters, before it is acknowledged: a crash
   * in between gives it twice, which the inbox sees.
   */
  async #fail(
    queue: QueueDefinition,
    delivery: Delivery,
    error: Error,
    { onDead }: ConsumeOptions,
  ): Promise<void> {
    const { attempt, ...message } = delivery;
    const now = this.#clock.now();
    const content = toContent(message.payload);
    if (attempt < queue.attempts) {
      const properties = toProperties(message, attempt + 1, now);
      await this.#publisher.send(toRetry(queue, delayAfter(queue, attempt)), content, properties);
      return;
    }
    const told = { [ERROR_HEADER]: error.message, [FAILED_AT_HEADER]: now };
    await this.#publisher.send(toDead(queue), content, toProperties(message, attempt, now, told));
    onDead?.({ ...message, attempts: attempt, error: error.message });
  }
}

const toMain = ({ name }: QueueDefinition): Destination => ({
  queue: name,
  declare: (channel) => declareQueue(channel, name),
});

const toDead = ({ name }: QueueDefinition): Destination => ({
  queue: deadQueue(name),
  declare: (channel) => declareQueue(channel, name),
});

const toRetry = ({ name }: QueueDefinition, delayMs: number): Destination => ({
  queue: retryQueue(name, delayMs),
  declare: (channel) => declareRetry(channel, name, delayMs),
});
