import { StormglassError } from '@stormglass/agents/contract';
import type { Log } from '../log.ts';
import type { Broker, ConsumeOptions, Consumer, Delivery, Message, QueueDefinition } from './port.ts';
import { type BrokerScheme, PROMISES } from './promises.ts';
import { Scaling } from './scaling.ts';

interface Address {
  url: string;
  log: Log;
  /** Of BullMQ: how long a message is left to a consumer that gives no sign of life, ms. */
  lockMs?: number | undefined;
}

/** Loaded when it is asked for: a process pays for the client of one broker only. */
const ADAPTERS: Readonly<Record<BrokerScheme, { system: string; open(at: Address): Promise<Broker> }>> = {
  postgres: {
    system: 'bullmq',
    open: async (at) => {
      const { BullMqBroker } = await import('./bullmq.ts');
      return new BullMqBroker(at);
    },
  },
  redis: {
    system: 'bullmq',
    open: async (at) => {
      const [{ BullMqBroker }, { redisBackend }] = await Promise.all([
        import('./bullmq.ts'),
        import('./bullmq-redis.ts'),
      ]);
      return new BullMqBroker({ ...at, backend: redisBackend(at.url) });
    },
  },
  amqp: {
    system: 'rabbitmq',
    open: async (at) => {
      const { RabbitMqBroker } = await import('./rabbitmq/broker.ts');
      return new RabbitMqBroker(at);
    },
  },
  kafka: {
    system: 'kafka',
    open: async (at) => {
      const { KafkaBroker } = await import('./kafka/broker.ts');
      return new KafkaBroker(at);
    },
  },
  'redis-pubsub': {
    system: 'redis',
    open: async (at) => {
      const { RedisPubSubBroker } = await import('./redis-pubsub.ts');
      return new RedisPubSubBroker(at);
    },
  },
};

/** The broker which `url` names by its scheme (`promises.ts`); throws `invalid_request` for any other. */
export function openBroker(at: Address): Broker {
  return new LazyBroker(at, schemeOf(at.url));
}

const ALIASES: Readonly<Record<string, BrokerScheme>> = {
  postgresql: 'postgres',
  rediss: 'redis',
  amqps: 'amqp',
};

function schemeOf(url: string): BrokerScheme {
  const written = url.slice(0, url.indexOf(':'));
  const scheme = ALIASES[written] ?? written;
  const known = Object.keys(PROMISES).find((name): name is BrokerScheme => name === scheme);
  if (known !== undefined) return known;
  throw new StormglassError(
    'invalid_request',
    `no broker is known by the scheme ${scheme.slice(0, 20)}:`,
    `Set BROKER_URL to one of ${Object.keys(PROMISES).join('://, ')}://.`,
  );
}

/** The adapter comes a moment after the service that asked for it; what is done with it meanwhile waits. */
class LazyBroker implements Broker {
  readonly system: string;
  readonly #adapter: Promise<Broker>;
  readonly #scaling = new Scaling();

  constructor(at: Address, scheme: BrokerScheme) {
    const { system, open } = ADAPTERS[scheme];
    this.system = system;
    this.#adapter = open(at);
    // Whoever uses it is told.
    this.#adapter.catch(() => undefined);
  }

  async publish(queue: QueueDefinition, message: Message): Promise<void> {
    return (await this.#adapter).publish(queue, message);
  }

  async consume(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Promise<Consumer> {
    const consumer = await (await this.#adapter).consume(queue, handler, options);
    return this.#scaling.add(queue.name, consumer, options.concurrency);
  }

  async ping(): Promise<void> {
    return (await this.#adapter).ping();
  }

  async close(): Promise<void> {
    this.#scaling.close();
    await (await this.#adapter).close();
  }
}
