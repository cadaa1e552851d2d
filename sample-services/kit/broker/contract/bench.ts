import { randomUUID } from 'node:crypto';
import type { Broker, Consumer, DeadMessage, Delivery, Message, QueueDefinition } from '../port.ts';

/** A real broker, and how to see and hurt it from outside. */
export interface BrokerUnderTest {
  /** For a process that opens the broker by itself. */
  url: string;
  /** For such a process: BullMQ's lock. */
  lockMs?: number;
  /** A new adapter, as another process would have it. */
  open(): Broker;
  /** How many messages of the queue the broker keeps as given up. */
  deadLetters(queue: string): Promise<number>;
  /** kill -9 of the broker; resolves when it answers again, `downMs` milliseconds later at the earliest. */
  crash(downMs: number): Promise<void>;
}

/** Deadline of a condition; real brokers on a busy machine are slow. */
export const soon = { timeout: 20_000, interval: 25 };
/** A broker is back, and its clients have noticed. */
export const afterOutage = { timeout: 60_000, interval: 100 };

export const message = (change: Partial<Message> = {}): Message => ({
  id: randomUUID(),
  name: 'greeting',
  payload: { hello: 'world' },
  conversationId: 'saga-1',
  headers: {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'shop=blue',
    baggage: 'order=42',
  },
  ...change,
});

/** One adapter, a queue of its own, and everything that was delivered from it. */
export class Bench {
  readonly queue: QueueDefinition;
  readonly broker: Broker;
  readonly under: BrokerUnderTest;
  readonly seen: Delivery[] = [];
  readonly #others: Broker[] = [];
  readonly #gates: (() => void)[] = [];

  constructor(under: BrokerUnderTest, queue: Partial<QueueDefinition> = {}) {
    this.queue = { name: `q-${randomUUID().slice(0, 8)}`, attempts: 3, backoffMs: 20, ...queue };
    this.under = under;
    this.broker = under.open();
  }

  /** An adapter of another process on the same broker. */
  another(): Broker {
    const broker = this.under.open();
    this.#others.push(broker);
    return broker;
  }

  /** Something that handlers can wait for; open at the latest when the test is over. */
  gate(): { passed: Promise<void>; open: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gates.push(resolve);
    return { passed: promise, open: resolve };
  }

  publish(change: Partial<Message> = {}): Promise<void> {
    return this.broker.publish(this.queue, message(change));
  }

  deadLetters(): Promise<number> {
    return this.under.deadLetters(this.queue.name);
  }

  consume(
    handler: (delivery: Delivery) => Promise<void> = async () => {},
    { onDead, concurrency = 1 }: { onDead?: (dead: DeadMessage) => void; concurrency?: number } = {},
    broker: Broker = this.broker,
  ): Promise<Consumer> {
    const record = async (delivery: Delivery) => {
      this.seen.push(delivery);
      await handler(delivery);
    };
    return broker.consume(this.queue, record, { concurrency, ...(onDead ? { onDead } : {}) });
  }

  get seenIds(): Set<string> {
    return new Set(this.seen.map((delivery) => delivery.id));
  }

  async close(): Promise<void> {
    for (const open of this.#gates) open();
    await Promise.all([this.broker, ...this.#others].map((broker) => broker.close()));
  }
}
