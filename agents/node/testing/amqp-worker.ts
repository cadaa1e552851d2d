/**
 * A RabbitMQ worker as anybody would write it, run in a process of its own by the tests: Fastify to send messages,
 * amqplib to work them off. A message named `bad` is rejected. It knows nothing of the agent.
 */
import { connect } from 'amqplib';
import Fastify from 'fastify';

const connection = await connect(process.env.BROKER_URL ?? '');
const [sending, working] = await Promise.all([connection.createConfirmChannel(), connection.createChannel()]);
await working.assertQueue('mails', { durable: true });
await working.prefetch(5);
let done = 0;
await working.consume('mails', async (message) => {
  if (message === null) return;
  await fetch(`${process.env.MAIL_SERVER}/mails`).then((response) => response.body?.cancel());
  done++;
  if (message.properties.type === 'bad') working.nack(message, false, false);
  else working.ack(message);
});

const app = Fastify();
app.post('/mails/:name', async (request) => {
  const { name } = request.params as { name: string };
  sending.sendToQueue('mails', Buffer.from('{}'), { type: name, messageId: 'm-1', correlationId: 'saga-1' });
  await sending.waitForConfirms();
  return { sent: name };
});
app.get('/done', async () => ({ done }));
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
process.once('SIGTERM', async () => {
  await app.close();
  await connection.close();
  process.exit(0);
});
