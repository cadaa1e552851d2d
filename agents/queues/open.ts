import { StormglassError } from '../contract/index.ts';
import type { QueueCollector } from './collector.ts';

export interface Watched {
  /** BROKER_URL; its scheme says which broker it is. */
  url: string;
  queues: readonly string[];
  /** RabbitMQ's management API; null: the usual port on the broker's host. */
  management: string | null;
  /** Hears of connections that break while idle. */
  onError(error: Error): void;
}

/** The collector for a broker. Only that broker's client is loaded. */
export async function openCollector({ url, queues, management, onError }: Watched): Promise<QueueCollector> {
  const scheme = url.slice(0, url.indexOf(':'));
  switch (scheme) {
    case 'postgres':
    case 'postgresql': {
      const { BullmqPostgresCollector } = await import('./bullmq/postgres.ts');
      return new BullmqPostgresCollector(url, queues, onError);
    }
    case 'redis':
    case 'rediss': {
      const { BullmqRedisCollector } = await import('./bullmq/redis.ts');
      return new BullmqRedisCollector(url, queues, onError);
    }
    case 'amqp':
    case 'amqps': {
      const { RabbitMqCollector } = await import('./rabbitmq/collector.ts');
      return new RabbitMqCollector(url, queues, management);
    }
    case 'kafka': {
      const { KafkaCollector } = await import('./kafka/collector.ts');
      return new KafkaCollector(url, queues);
    }
    case 'redis-pubsub': {
      const { PubSubCollector } = await import('./pubsub.ts');
      return new PubSubCollector(url, queues, onError);
    }
    default:
      throw new StormglassError(
        'invalid_request',
        `no broker with queues to look at is known by the scheme ${scheme.slice(0, 20)}:`,
        'Set BROKER_URL to one of postgres://, redis://, amqp://, kafka://, redis-pubsub://.',
      );
  }
}
