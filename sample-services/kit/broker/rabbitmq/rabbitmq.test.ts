import { type Channel, connect } from 'amqplib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { noRabbitMq, type RabbitMqServer, testRabbitMq } from '../../../testing/brokers.ts';
import { describeBroker } from '../contract/battery.ts';
import { Bench, type BrokerUnderTest, message, soon } from '../contract/bench.ts';
import type { Message } from '../port.ts';
import { PROMISES } from '../promises.ts';
import { RabbitMqBroker } from './broker.ts';

const log = pino({ level: 'silent' });
let rabbit: RabbitMqServer;
beforeAll(async () => {
  if (noRabbitMq !== null) return;
  rabbit = await testRabbitMq();
  await rabbit.server.start();
});
afterAll(() => rabbit?.server.stop());

const under = (): BrokerUnderTest => ({
  url: rabbit.server.url,
  open: () => new RabbitMqBroker({ url: rabbit.server.url, log }),
  deadLetters: (queue) =>
    onChannel(async (channel) => (await channel.checkQueue(`${queue}.dead`)).messageCount),
  crash: (downMs) => rabbit.server.crash(downMs),
});

describeBroker({ name: 'RabbitMQ', promises: PROMISES.amqp, skip: noRabbitMq, under });

async function onChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(rabbit.server.url);
  try {
    const channel = await connection.createChannel();
    // The rejected call tells it as well.
    channel.on('error', () => undefined);
    return await work(channel);
  } finally {
    await connection.close();
  }
}

describe.skipIf(noRabbitMq !== null)(
  `RabbitMQ itself${noRabbitMq === null ? '' : ` (${noRabbitMq})`}`,
  () => {
    test('makes a dead letter of a message that no consumer survives', async () => {
      const on = new Bench(under());
      await on.publish();
      await onChannel(async (channel) => {
        const take = () => channel.get(on.queue.name);
        for (let taken = await take(); taken !== false; taken = await take())
          channel.nack(taken, false, true);
      });
      await vi.waitFor(async () => expect(await on.deadLetters()).toBe(1), soon);
      await on.close();
    });

    test("keeps a stranger's message that cannot be read as a dead letter, and goes on", async () => {
      const on = new Bench(under());
      await on.consume();
      await onChannel(async (channel) => {
        channel.sendToQueue(on.queue.name, Buffer.from('{"not": json'), { messageId: 'stranger' });
        await channel.checkQueue(on.queue.name);
      });
      await vi.waitFor(async () => expect(await on.deadLetters()).toBe(1), soon);
      const sent = message();
      await on.broker.publish(on.queue, sent);
      await vi.waitFor(() => expect([...on.seenIds]).toEqual([sent.id]), soon);
      await on.close();
    });

    test('refuses a message whose queue was deleted, and makes the queue again for the next', async () => {
      const on = new Bench(under());
      await on.publish();
      await onChannel((channel) => channel.deleteQueue(on.queue.name));
      await expect(on.publish()).rejects.toMatchObject({ code: 'unavailable' });
      await on.publish();
      await on.consume();
      await vi.waitFor(() => expect(on.seen).toHaveLength(1), soon);
      await on.close();
    });

    test('says of each queue apart whether it took an event that goes to several under one id', async () => {
      const [kept, deleted] = [new Bench(under()), new Bench(under())];
      for (const { queue } of [kept, deleted]) await kept.broker.publish(queue, message());
      await onChannel((channel) => channel.deleteQueue(deleted.queue.name));
      const events = Array.from({ length: 200 }, () => message());
      const send = async ({ queue }: Bench, event: Message) => {
        const [{ status }] = await Promise.allSettled([kept.broker.publish(queue, event)]);
        return status;
      };
      // Backwards: what the one takes is confirmed while the other returns the same event.
      const [taken, refused] = await Promise.all([
        Promise.all(events.map((event) => send(kept, event))),
        Promise.all(events.toReversed().map((event) => send(deleted, event))),
      ]);
      expect(new Set(taken)).toEqual(new Set(['fulfilled']));
      expect(new Set(refused)).toEqual(new Set(['rejected']));
      await Promise.all([kept.close(), deleted.close()]);
    });

    test('consumes again after its queue was deleted', async () => {
      const on = new Bench(under());
      await on.consume();
      await onChannel((channel) => channel.deleteQueue(on.queue.name));
      // Made again before RabbitMQ 3.10 has told its consumers of the end, a quorum queue would lose them.
      const look = () => onChannel((channel) => channel.checkQueue(on.queue.name));
      await vi.waitFor(async () => expect(await look()).toMatchObject({ consumerCount: 1 }), soon);
      await on.publish();
      await vi.waitFor(() => expect(on.seen).toHaveLength(1), soon);
      await on.close();
    });
  },
);
