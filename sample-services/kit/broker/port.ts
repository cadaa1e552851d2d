/** A queue as its producers and its consumers agree on it. */
export interface QueueDefinition {
  name: string;
  /** Deliveries before a message is given up. */
  attempts: number;
  /** Milliseconds before the second delivery; doubles with each further one. */
  backoffMs: number;
}

export interface Message {
  /** Unique. Published again, it is delivered once where the broker promises that; the inbox sees to it everywhere. */
  id: string;
  name: string;
  payload: unknown;
  /** What the message belongs to, a saga id for instance: `messaging.message.conversation_id`. */
  conversationId: string;
  /** W3C trace context (`traceparent`, `tracestate`, `baggage`) of the business transaction. */
  headers: Record<string, string>;
}

export interface Delivery extends Message {
  /** 1 for the first. */
  attempt: number;
}

export interface DeadMessage extends Message {
  attempts: number;
  error: string;
}

export interface ConsumeOptions {
  /** Handlers that run at once. */
  concurrency: number;
  /** Told of each message which is given up; it stays in the broker's dead letters. */
  onDead?: (message: DeadMessage) => void;
}

export interface Consumer {
  /** From now on so many handlers at once; 0 takes no more until it is raised again. Running handlers go on. */
  scale(concurrency: number): Promise<void>;
  /** Takes no more, waits for running handlers, disconnects. */
  close(): Promise<void>;
}

/**
 * At-least-once delivery. `publish` resolves when the broker holds the message durably; a handler that throws gets it
 * again after the queue's backoff, until its attempts are spent. Order is not promised. What an adapter promises beyond
 * that, or less than that, stands in `promises.ts`.
 */
export interface Broker {
  /** `messaging.system` of its telemetry. */
  readonly system: string;
  publish(queue: QueueDefinition, message: Message): Promise<void>;
  consume(
    queue: QueueDefinition,
    handler: (delivery: Delivery) => Promise<void>,
    options: ConsumeOptions,
  ): Promise<Consumer>;
  /** Throws `unavailable` when the broker does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
