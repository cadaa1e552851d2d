import type { DeadLetter } from '../contract/index.ts';

/** One queue as it is right now, and what has happened on it since the reading before. */
export interface QueueReading {
  queue: string;
  /** Messages that a consumer could take now. */
  ready: number;
  /** Messages waiting for their time, retries included. */
  delayed: number;
  inFlight: number;
  /** Given up after their last attempt. */
  dead: number;
  /** Milliseconds that the oldest ready message has waited; null when none is ready. */
  oldestAgeMs: number | null;
  /** Connected consumers; null when the broker does not say. */
  consumers: number | null;
  /** Since the previous reading; the first reading starts at zero. */
  enqueued: number;
  dequeued: number;
  redelivered: number;
  deadLettered: number;
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
  redrive(queue: string, limit?: number): Promise<number>;
  /** Deletes every message that is not being processed; gives back how many. */
  purge(queue: string): Promise<number>;
  dead(queue: string, limit: number): Promise<{ total: number; letters: DeadLetter[] }>;
  close(): Promise<void>;
}
