import type { QueueDefinition } from '../port.ts';

/** Consumers of one queue that can work at the same time, in different processes. */
const PARTITIONS = 8;

/**
 * Kafka delays nothing, so a failed message goes to a topic of its own for each attempt, `<name>.retry.<attempt>`, whose
 * messages all wait equally long and therefore come due in order. What was given up is kept in `<name>.dead`.
 */
export const deadTopic = (name: string): string => `${name}.dead`;
export const retryTopic = (name: string, attempt: number): string => `${name}.retry.${attempt}`;
/** A topic whose being there pauses the consumers of the queue: Kafka itself knows no paused topic. */
export const pausedTopic = (name: string): string => `${name}.paused`;

export function retryTopics({ name, attempts }: QueueDefinition): string[] {
  return Array.from({ length: attempts - 1 }, (_, i) => retryTopic(name, i + 1));
}

/** Milliseconds until the delivery after the failed `attempt`-th. */
export function delayAfter({ backoffMs }: QueueDefinition, attempt: number): number {
  return backoffMs * 2 ** (attempt - 1);
}

/** What `createTopics` asks for. Replicas are as many as the cluster's default says. */
export function topicsOf(queue: QueueDefinition): { topic: string; numPartitions: number }[] {
  const single = [...retryTopics(queue), deadTopic(queue.name)];
  return [
    { topic: queue.name, numPartitions: PARTITIONS },
    ...single.map((topic) => ({ topic, numPartitions: 1 })),
  ];
}
