/**
 * A RabbitMQ worker as anybody would write it, run in a process of its own by the tests: Fastify to send messages,
 * amqplib to work them off. A message named `bad` is rejected. It knows nothing of the agent.
 */
import { connect } from 'amqplib';
import Fastify from 'fastify';

const connection = await connect(process.env.BROKER_URL ?? '');
const [sending, working] = await Promise.all([connection.createConfirmChannel(), connection.createChannel()]);
await working.assertQueue('mails', { durable: true });
await working.prefetch(10);
let done = 0;
/** Types of those that were handled, in that order. */
const handled: string[] = [];
await working.consume('mails', async (message) => {
  if (message === null) return;
  if (!isJson(message.content)) return working.nack(message, false, false);
  handled.push(message.properties.type);
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
app.get('/handled', async () => ({ handled }));
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
process.once('SIGTERM', async () => {
  await app.close();
  await connection.close();
  process.exit(0);
});

function isJson(content: Buffer): boolean {
  try {
    JSON.parse(content.toString());
    return true;
  } catch {
    return false;
  }
}
