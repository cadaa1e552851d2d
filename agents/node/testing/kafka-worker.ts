/**
 * A Kafka worker as anybody would write it, run in a process of its own by the tests: Fastify to send messages, kafkajs to
 * work them off, or what stands in for it without a broker. It makes spans by the agent's helpers, and knows of no fault.
 */
import { createRequire } from 'node:module';
import Fastify from 'fastify';
import { withProcess, withSend } from '../index.ts';

const TOPIC = 'mails';
const info = { system: 'kafka', destination: TOPIC };
const library = createRequire(import.meta.url)('./brokerless/kafkajs/index.js') as typeof import('kafkajs');
const kafka = new library.Kafka({ brokers: [] });
const [producer, consumer] = [kafka.producer(), kafka.consumer({ groupId: 'mailer' })];

/** Names of those that were handled, in that order. */
const handled: string[] = [];
await consumer.subscribe({ topics: [TOPIC] });
await consumer.run({
  eachMessage: ({ message }) =>
    withProcess(info, {}, async () => {
      const name = nameIn(message.value);
      if (name !== null) handled.push(name);
    }),
});

const app = Fastify();
app.post('/mails/:name', async (request) => {
  const { name } = request.params as { name: string };
  const value = JSON.stringify({ name });
  await withSend(info, {}, (headers) => producer.send({ topic: TOPIC, messages: [{ value, headers }] }));
  return { sent: name };
});
app.get('/handled', async () => ({ handled }));
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
process.once('SIGTERM', async () => {
  await app.close();
  process.exit(0);
});

/** Null: nobody can read it, and it is put aside. */
function nameIn(value: Buffer | null): string | null {
  try {
    return (JSON.parse(String(value)) as { name: string }).name;
  } catch {
    return null;
  }
}
