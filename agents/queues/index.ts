/** Queues seen and acted on from outside: one collector a broker. */

export type { QueueCollector, QueueFlow, QueueReading } from './collector.ts';
export { openCollector } from './open.ts';
