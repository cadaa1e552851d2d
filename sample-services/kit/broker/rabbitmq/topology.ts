import type { Channel } from 'amqplib';
import type { QueueDefinition } from '../port.ts';

/**
 * Deliveries of one message to consumers that die with it in hand, before RabbitMQ itself makes it a dead letter: a
 * message that kills its consumer must not kill all of them. Failing handlers are counted apart, by `attempts`.
 */
const DELIVERY_LIMIT = 20;
/** Dead letters may be looked at as often as somebody likes; RabbitMQ 4 would throw them away after 20 looks. */
const NO_DELIVERY_LIMIT = 1_000_000_000;

/**
 * What belongs to a queue: `<name>.dead` keeps what was given up, `<name>.retry.<ms>` holds failed messages for so long
 * and then gives them back (one for each delay, because a queue lets messages go in order only), and `<name>.paused`
 * is the mark of a paused queue: RabbitMQ has no such state, so consumers stand still while a message lies in there.
 */
export const deadQueue = (name: string): string => `${name}.dead`;
export const retryQueue = (name: string, delayMs: number): string => `${name}.retry.${delayMs}`;
export const pausedQueue = (name: string): string => `${name}.paused`;

/** Milliseconds until the delivery after the failed `attempt`-th. */
export function delayAfter({ backoffMs }: QueueDefinition, attempt: number): number {
  return backoffMs * 2 ** (attempt - 1);
}

/** Makes the queues that `name` needs before the first failure. Doing it again changes nothing. */
export async function declareQueue(channel: Channel, name: string): Promise<void> {
  await quorum(channel, deadQueue(name), { 'x-delivery-limit': NO_DELIVERY_LIMIT });
  await quorum(channel, name, { 'x-delivery-limit': DELIVERY_LIMIT, ...deadLettersTo(deadQueue(name)) });
  await quorum(channel, pausedQueue(name), { 'x-max-length': 1, 'x-overflow': 'drop-head' });
}

export async function declareRetry(channel: Channel, name: string, delayMs: number): Promise<void> {
  await quorum(channel, retryQueue(name, delayMs), { 'x-message-ttl': delayMs, ...deadLettersTo(name) });
}

/** Replicated, on disk before it is confirmed. */
async function quorum(channel: Channel, name: string, more: Record<string, unknown>): Promise<void> {
  await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum', ...more } });
}

/** `at-least-once` keeps the message until the other queue has confirmed it; it asks for `reject-publish`. */
function deadLettersTo(name: string): Record<string, unknown> {
  return {
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': name,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };
}
