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

/** What every adapter of the Broker port has to keep, whichever broker is behind it. */
export function describeBroker(name: string, open: () => Promise<BrokerUnderTest>): void {
  describe(`broker ${name}`, () => {
    let under: BrokerUnderTest;
    let queue: QueueDefinition;
    let seen: Delivery[];
    beforeEach(async () => {
      under = await open();
      queue = { name: `q-${randomUUID().slice(0, 8)}`, attempts: 3, backoffMs: 20 };
      seen = [];
    });
    afterEach(() => under.close());

    const message = (change: Partial<Message> = {}): Message => ({
      id: randomUUID(),
      name: 'greeting',
      payload: { hello: 'world' },
      conversationId: 'saga-1',
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      ...change,
    });
    const consume = (
      handler: (delivery: Delivery) => Promise<void> = async () => {},
      onDead?: (dead: DeadMessage) => void,
      concurrency = 1,
    ): Promise<Consumer> =>
      under.broker.consume(
        queue,
        async (delivery) => {
          seen.push(delivery);
          await handler(delivery);
        },
        { concurrency, ...(onDead ? { onDead } : {}) },
      );

    test('delivers what was published, whole, headers and conversation included', async () => {
      const sent = message();
      await under.broker.publish(queue, sent);
      await consume();
      await vi.waitFor(() => expect(seen).toEqual([{ ...sent, attempt: 1 }]), soon);
    });

    test('keeps what was published before any consumer came', async () => {
      const ids = Array.from({ length: 20 }, () => message().id);
      for (const id of ids) await under.broker.publish(queue, message({ id }));
      await consume();
      await vi.waitFor(
        () => expect(seen.map((delivery) => delivery.id).sort()).toEqual([...ids].sort()),
        soon,
      );
    });

    test('takes one id once, however often it is published', async () => {
      const sent = message();
      for (let i = 0; i < 3; i++) await under.broker.publish(queue, sent);
      const last = message();
      await under.broker.publish(queue, last);
      await consume();
      await vi.waitFor(() => expect(seen.some((delivery) => delivery.id === last.id)).toBe(true), soon);
      expect(seen.filter((delivery) => delivery.id === sent.id)).toHaveLength(1);
    });

    test('gives a failed message again, counting, until it works', async () => {
      await under.broker.publish(queue, message());
      await consume(async ({ attempt }) => {
        if (attempt < 3) throw new Error('not yet');
      });
      await vi.waitFor(() => expect(seen.map((delivery) => delivery.attempt)).toEqual([1, 2, 3]), soon);
    });

    test('gives up after the last attempt: said once, kept as a dead letter, never delivered again', async () => {
      const dead: DeadMessage[] = [];
      const sent = message();
      await under.broker.publish(queue, sent);
      await consume(
        async ({ id }) => {
          if (id === sent.id) throw new Error('poison');
        },
        (given) => dead.push(given),
      );
      await vi.waitFor(() => expect(dead).toHaveLength(1), soon);
      expect(dead[0]).toMatchObject({ id: sent.id, attempts: 3, error: 'poison', conversationId: 'saga-1' });
      const next = message();
      await under.broker.publish(queue, next);
      await vi.waitFor(() => expect(seen.at(-1)?.id).toBe(next.id), soon);
      expect(seen.filter((delivery) => delivery.id === sent.id)).toHaveLength(3);
      expect(await under.deadLetters(queue.name)).toBe(1);
    });

    test('runs at most as many handlers at once as was asked for', async () => {
      let running = 0;
      let most = 0;
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      for (let i = 0; i < 6; i++) await under.broker.publish(queue, message());
      await consume(
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
      await vi.waitFor(() => expect(seen).toHaveLength(6), soon);
      expect(most).toBe(2);
    });

    test('lets running handlers finish when a consumer closes, and leaves the rest for the next', async () => {
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let finished = 0;
      const first = await consume(async () => {
        await gate;
        finished++;
      });
      await under.broker.publish(queue, message());
      await under.broker.publish(queue, message());
      await vi.waitFor(() => expect(seen).toHaveLength(1), soon);
      const closing = first.close();
      release();
      await closing;
      expect(finished).toBe(seen.length);
      await consume();
      await vi.waitFor(() => expect(new Set(seen.map((delivery) => delivery.id)).size).toBe(2), soon);
    });

    test('says that it answers', async () => {
      await expect(under.broker.ping()).resolves.toBeUndefined();
    });
  });
}
