import { Kafka, logLevel } from 'kafkajs';
import type { Log } from '../../log.ts';

/** `kafka://host:port`: one server of the cluster, which knows the others. */
export function kafkaClient(url: string, log: Log): Kafka {
  return new Kafka({
    brokers: [new URL(url).host],
    clientId: 'stormglass-shop',
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    // Who sends is told soon, and sends again itself.
    retry: { initialRetryTime: 100, maxRetryTime: 300, retries: 8 },
    logLevel: logLevel.WARN,
    // KafkaJS says each lost connection several times; what matters is thrown at whoever asked.
    logCreator: () => (entry) => log.debug({ kafka: entry.log.message }, 'kafkajs'),
  });
}
