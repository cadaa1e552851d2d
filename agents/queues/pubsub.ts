import { Redis } from 'ioredis';
import { StormglassError } from '../contract/index.ts';
import type { DeadLetters, QueueCollector, QueueReading } from './collector.ts';
import { unwatched } from './unwatched.ts';

const COMMAND_LIMIT_MS = 2_000;

/**
 * Channels of Redis pub/sub. They hold nothing, so nothing ever waits there: all there is to see is who listens, and
 * what is sent while this collector listens too.
 */
export class PubSubCollector implements QueueCollector {
  readonly system = 'redis';
  readonly queues: readonly string[];
  readonly #client: Redis;
  readonly #ear: Redis;
  readonly #heard = new Map<string, number>();
  #listening: Promise<unknown> | null = null;

  constructor(url: string, queues: readonly string[], onError: (error: Error) => void) {
    this.queues = queues;
    const address = url.replace(/^redis-pubsub/, 'redis');
    const retryStrategy = () => 500;
    this.#client = new Redis(address, {
      ...{ retryStrategy, maxRetriesPerRequest: 0, enableOfflineQueue: false },
      commandTimeout: COMMAND_LIMIT_MS,
    });
    this.#ear = new Redis(address, { retryStrategy, maxRetriesPerRequest: null });
    for (const client of [this.#client, this.#ear]) client.on('error', onError);
    this.#ear.on('message', (channel) => this.#heard.set(channel, (this.#heard.get(channel) ?? 0) + 1));
  }

  async read(): Promise<QueueReading[]> {
    this.#listening ??= this.#ear.subscribe(...this.queues);
    const answer = (await this.#client.pubsub('NUMSUB', ...this.queues)) as (string | number)[];
    const listeners = new Map<unknown, number>();
    for (let i = 0; i + 1 < answer.length; i += 2) listeners.set(answer[i], Number(answer[i + 1]));
    return this.queues.map((queue) => {
      const sent = this.#heard.get(queue) ?? 0;
      this.#heard.delete(queue);
      return {
        queue,
        ready: 0,
        delayed: 0,
        inFlight: null,
        dead: 0,
        oldestAgeMs: null,
        // One of them is this collector.
        consumers: Math.max(0, (listeners.get(queue) ?? 0) - 1),
        paused: null,
        enqueued: sent,
        dequeued: sent,
        redelivered: 0,
        deadLettered: 0,
      };
    });
  }

  setPaused(queue: string): Promise<boolean> {
    return this.#refuse(queue);
  }

  redrive(queue: string): Promise<number> {
    return this.#refuse(queue);
  }

  purge(queue: string): Promise<number> {
    return this.#refuse(queue);
  }

  dead(queue: string): Promise<DeadLetters> {
    return this.#refuse(queue);
  }

  async close(): Promise<void> {
    this.#client.disconnect();
    this.#ear.disconnect();
  }

  async #refuse(queue: string): Promise<never> {
    if (!this.queues.includes(queue)) throw unwatched(queue, this.queues);
    throw new StormglassError(
      'control_failed',
      'Redis pub/sub keeps no messages: there is nothing to pause, redrive or delete',
      'Use a broker with queues.',
    );
  }
}
