/** What the adapters of the Broker port promise; the contract battery holds each of them to its row. */
export interface BrokerPromises {
  /** What `publish` acknowledged outlives a kill of the broker and of every consumer. */
  durable: boolean;
  /** An id that is published again is delivered once, for as long as the broker remembers it. Elsewhere: the inbox. */
  onceById: boolean;
  /** A failed message comes again after the backoff, and is kept as a dead letter after its last attempt. */
  repeats: boolean;
}

const RELIABLE: BrokerPromises = { durable: true, onceById: false, repeats: true };

/** By the scheme of BROKER_URL. */
export const PROMISES = {
  postgres: { ...RELIABLE, onceById: true },
  redis: { ...RELIABLE, onceById: true },
  amqp: RELIABLE,
  kafka: RELIABLE,
} as const satisfies Record<string, BrokerPromises>;
export type BrokerScheme = keyof typeof PROMISES;
