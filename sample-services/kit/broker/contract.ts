import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Broker, Consumer, DeadMessage, Delivery, Message, QueueDefinition } from './port.ts';

/** A broker under test and how to see its dead letters from outside. */
export interface BrokerUnderTest {
  broker: Broker;
  /** How many messages of the queue the broker keeps as given up. */
  deadLetters(queue: string): Promise<number>;
  close(): Promise<void>;
}

const soon = { timeout: 15_000, interval: 25 };

const message = (change: Partial<Message> = {}): Message => ({
  id: randomUUID(),
  name: 'greeting',
  payload: { hello: 'world' },
  conversationId: 'saga-1',
  headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  ...change,
});

/** A broker, a queue of its own, and everything that was delivered from it. */
class Bench {
  readonly queue: QueueDefinition = { name: `q-${randomUUID().slice(0, 8)}`, attempts: 3, backoffMs: 20 };
  readonly seen: Delivery[] = [];
  readonly #under: BrokerUnderTest;

  constructor(under: BrokerUnderTest) {
    this.#under = under;
  }

  get broker(): Broker {
    return this.#under.broker;
  }

  deadLetters(): Promise<number> {
    return this.#under.deadLetters(this.queue.name);
  }

  consume(
    handler: (delivery: Delivery) => Promise<void> = async () => {},
    onDead?: (dead: DeadMessage) => void,
    concurrency = 1,
  ): Promise<Consumer> {
    const record = async (delivery: Delivery) => {
      this.seen.push(delivery);
      await handler(delivery);
    };
    return this.broker.consume(this.queue, record, { concurrency, ...(onDead ? { onDead } : {}) });
  }
}

/** What every adapter of the Broker port has to keep, whichever broker is behind it. */
export function describeBroker(name: string, open: () => Promise<BrokerUnderTest>): void {
  describe(`broker ${name}`, () => {
    let under: BrokerUnderTest;
    let bench: Bench;
    beforeEach(async () => {
      under = await open();
      bench = new Bench(under);
    });
    afterEach(() => under.close());
    promiseDelivery(() => bench);
    promiseRepetition(() => bench);
    promiseConcurrency(() => bench);
  });
}

function promiseDelivery(bench: () => Bench): void {
  test('delivers what was published, whole, headers and conversation included', async () => {
    const on = bench();
    const sent = message();
    await on.broker.publish(on.queue, sent);
    await on.consume();
    await vi.waitFor(() => expect(on.seen).toEqual([{ ...sent, attempt: 1 }]), soon);
  });

  test('keeps what was published before any consumer came', async () => {
    const on = bench();
    const ids = Array.from({ length: 20 }, () => message().id);
    for (const id of ids) await on.broker.publish(on.queue, message({ id }));
    await on.consume();
    await vi.waitFor(
      () => expect(on.seen.map((delivery) => delivery.id).sort()).toEqual([...ids].sort()),
      soon,
    );
  });

  test('takes one id once, however often it is published', async () => {
    const on = bench();
    const sent = message();
    for (let i = 0; i < 3; i++) await on.broker.publish(on.queue, sent);
    const last = message();
    await on.broker.publish(on.queue, last);
    await on.consume();
    await vi.waitFor(() => expect(on.seen.some((delivery) => delivery.id === last.id)).toBe(true), soon);
    expect(on.seen.filter((delivery) => delivery.id === sent.id)).toHaveLength(1);
  });

  test('says that it answers', async () => {
    const on = bench();
    await expect(on.broker.ping()).resolves.toBeUndefined();
  });
}

function promiseRepetition(bench: () => Bench): void {
  test('gives a failed message again, counting, until it works', async () => {
    const on = bench();
    await on.broker.publish(on.queue, message());
    await on.consume(async ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet');
    });
    await vi.waitFor(() => expect(on.seen.map((delivery) => delivery.attempt)).toEqual([1, 2, 3]), soon);
  });

  test('gives up after the last attempt: said once, kept as a dead letter, never delivered again', async () => {
    const on = bench();
    const dead: DeadMessage[] = [];
    const sent = message();
    await on.broker.publish(on.queue, sent);
    await on.consume(
      async ({ id }) => {
        if (id === sent.id) throw new Error('poison');
      },
      (given) => dead.push(given),
    );
    await vi.waitFor(() => expect(dead).toHaveLength(1), soon);
    expect(dead[0]).toMatchObject({ id: sent.id, attempts: 3, error: 'poison', conversationId: 'saga-1' });
    const next = message();
    await on.broker.publish(on.queue, next);
    await vi.waitFor(() => expect(on.seen.at(-1)?.id).toBe(next.id), soon);
    expect(on.seen.filter((delivery) => delivery.id === sent.id)).toHaveLength(3);
    expect(await on.deadLetters()).toBe(1);
  });
}

function promiseConcurrency(bench: () => Bench): void {
  test('runs at most as many handlers at once as was asked for', async () => {
    const on = bench();
    let running = 0;
    let most = 0;
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (let i = 0; i < 6; i++) await on.broker.publish(on.queue, message());
    await on.consume(
      async () => {
        running++;
        most = Math.max(most, running);
        await gate;
        running--;
      },
      undefined,
      2,
    );
    await vi.waitFor(() => expect(running).toBe(2), soon);
    release();
    await vi.waitFor(() => expect(on.seen).toHaveLength(6), soon);
    expect(most).toBe(2);
  });

  test('lets running handlers finish when a consumer closes, and leaves the rest for the next', async () => {
    const on = bench();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let finished = 0;
    const first = await on.consume(async () => {
      await gate;
      finished++;
    });
    await on.broker.publish(on.queue, message());
    await on.broker.publish(on.queue, message());
    await vi.waitFor(() => expect(on.seen).toHaveLength(1), soon);
    const closing = first.close();
    release();
    await closing;
    expect(finished).toBe(on.seen.length);
    await on.consume();
    await vi.waitFor(() => expect(new Set(on.seen.map((delivery) => delivery.id)).size).toBe(2), soon);
  });
}
