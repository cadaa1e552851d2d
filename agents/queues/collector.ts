import type { DeadLetter } from '../contract/index.ts';

/** What has happened on a queue since the reading before. */
export interface QueueFlow {
  enqueued: number;
  /** Done with, or given up. */
  dequeued: number;
  /** Given again after a failure. */
  redelivered: number;
  deadLettered: number;
}

/** One queue as it is right now, and what has happened on it since; the first reading starts at zero. */
export interface QueueReading extends QueueFlow {
  queue: string;
  /** Messages that a consumer could take now. */
  ready: number;
  /** Messages waiting for their time, retries included. */
  delayed: number;
  /** Null when the broker does not say. */
  inFlight: number | null;
  /** Given up after their last attempt. */
  dead: number;
  /** Milliseconds that the oldest ready message has waited; null when none is ready. */
  oldestAgeMs: number | null;
  /** Connected consumers; null when the broker does not say. */
  consumers: number | null;
  /** Delivery to all consumers was stopped; null when the broker does not say. */
  paused: boolean | null;
}

/** Which dead letters: those with these ids, so many, or all. */
export interface Choice {
  ids?: readonly string[];
  limit?: number;
}

export interface DeadLetters {
  total: number;
  letters: DeadLetter[];
}

/**
 * Looks at the queues of one broker from outside producer and consumer, so that a stopped consumer is still seen, and
 * acts on them for the dashboard. One implementation a broker.
 */
export interface QueueCollector {
  /** `messaging.system` of the readings. */
  readonly system: string;
  /** Names of the queues it watches. */
  readonly queues: readonly string[];
  /** Empty while the broker has no such queues yet; throws when it cannot be reached. */
  read(): Promise<QueueReading[]>;
  /** Stops or starts delivery to all consumers; gives back what the broker then says. */
  setPaused(queue: string, paused: boolean): Promise<boolean>;
  /** Puts given-up messages back with a fresh set of attempts; gives back how many. */
  redrive(queue: string, choice: Choice): Promise<number>;
  /** Deletes every message that is not being processed; gives back how many. */
  purge(queue: string): Promise<number>;
  /** The newest `limit` after the `offset` newest ones; `total` is of all. */
  dead(queue: string, limit: number, offset?: number): Promise<DeadLetters>;
  close(): Promise<void>;
}
