/** What the adapters of the Broker port promise; the contract battery holds each of them to its row. */
export interface BrokerPromises {
  /** What `publish` acknowledged outlives a kill of the broker and of every consumer. */
  durable: boolean;
  /** An id that is published again is delivered once, for as long as the broker remembers it. Elsewhere: the inbox. */
  onceById: boolean;
  /** A failed message comes again after the backoff, and is kept as a dead letter after its last attempt. */
  repeats: boolean;
  /** Of the consumers of a queue one gets a message; elsewhere each of them. */
  competing: boolean;
}

const RELIABLE: BrokerPromises = { durable: true, onceById: false, repeats: true, competing: true };

/** By the scheme of BROKER_URL. */
export const PROMISES = {
  postgres: { ...RELIABLE, onceById: true },
  redis: { ...RELIABLE, onceById: true },
  amqp: RELIABLE,
  kafka: RELIABLE,
  'redis-pubsub': { durable: false, onceById: false, repeats: false, competing: false },
} as const satisfies Record<string, BrokerPromises>;
export type BrokerScheme = keyof typeof PROMISES;
