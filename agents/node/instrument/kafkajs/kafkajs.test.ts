import { expect, test } from 'vitest';
import { type FaultAction, Lease } from '../../../contract/index.ts';
import { MessageSeam } from '../../inject/messaging/seam.ts';
import { watchKafka } from './index.ts';

/** As much of kafkajs as the seam hangs on: what is sent is handled at once. */
function world() {
  const sent: unknown[] = [];
  const config: { eachMessage?: (payload: never) => Promise<void> } = {};
  const kafka = {
    producer: () => ({
      send: async ({ messages }: { messages: { value: unknown }[] }) => {
        sent.push(...messages.map(({ value }) => value));
        return ['sent'];
      },
    }),
    consumer: () => ({ run: async (given = {}) => void Object.assign(config, given) }),
  };
  const seam = new MessageSeam(() => undefined);
  watchKafka(kafka, seam);
  return { sent, config, kafka, seam };
}

function arm(seam: MessageSeam, action: object, kind: 'producer' | 'consumer') {
  seam.knows(kind, 'mails');
  const target = { kind, service: 'mailer', queue: 'mails' };
  const spec = { action: action as FaultAction, target };
  const lease = Lease.parse({ faultId: 'f1', owner: 'test', spec, ttlMs: 60_000, remainingMs: 60_000 });
  return seam.arm({ lease, take: () => () => undefined });
}
const record = { topic: 'mails', messages: [{ value: 'hello' }] };

test('what is dropped is not sent, and its sender is told that it was', async () => {
  const { kafka, seam, sent } = world();
  const producer = kafka.producer();
  const effect = arm(seam, { type: 'message_drop' }, 'producer');
  expect(await producer.send(record)).toMatchObject([{ topicName: 'mails', errorCode: 0 }]);
  expect(sent).toEqual([]);
  expect(await effect.end()).toMatchObject({ reverted: true });
  expect(await producer.send(record)).toEqual(['sent']);
  expect(sent).toEqual(['hello']);
});

test('what is poisoned is sent with another value, what is duplicated twice', async () => {
  const { kafka, seam, sent } = world();
  const producer = kafka.producer();
  const poison = arm(seam, { type: 'message_poison' }, 'producer');
  await producer.send(record);
  await poison.end();
  arm(seam, { type: 'message_duplicate' }, 'producer');
  await producer.send(record);
  expect(sent).toEqual([Buffer.from([0, 255, 254, 0]), 'hello', 'hello']);
});

test('a message whose acknowledgement is lost was handled, and fails for the library', async () => {
  const { config, kafka, seam } = world();
  const handled: unknown[] = [];
  await kafka.consumer().run({
    eachMessage: async ({ message }: { message: { value: unknown } }) => {
      handled.push(message.value);
    },
  });
  const deliver = () => config.eachMessage?.({ topic: 'mails', message: { value: 'hello' } } as never);
  const effect = arm(seam, { type: 'ack_lost' }, 'consumer');
  await expect(deliver()).rejects.toThrow('acknowledgement lost');
  await effect.end();
  await deliver();
  expect(handled).toEqual(['hello', 'hello']);
});
