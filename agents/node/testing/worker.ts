/**
 * A queue worker as anybody would write it, run in a process of its own by the tests: Fastify to add messages, BullMQ
 * on PostgreSQL to work them off. A message named `bad` fails, as does one without an address. It knows nothing of the
 * agent.
 */
import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import Fastify from 'fastify';
import pg from 'pg';

const { Queue, Worker } = withBackend(createPostgresBackend);
const mailServer = process.env.MAIL_SERVER;
const connectionString = process.env.BROKER_URL ?? '';
const client = new pg.Client({ connectionString });
await client.connect();
await runMigrations(client);
await client.end();

const queue = new Queue('mails', { connection: { connectionString, max: 2 } });
/** Above 0: several at once, and one whose lock has run out comes again soon. */
const lockMs = Number(process.env.LOCK_MS ?? 0);
const QUICK = { concurrency: 10, lockDuration: lockMs, stalledInterval: 500 };
let done = 0;
/** Those that were handled. Several at once are fetched over several connections, and begin in any order. */
const handled: { id: number; name: string }[] = [];
const worker = new Worker(
  'mails',
  async (job: { id?: string; name: string; data: { to: string } }) => {
    if (job.name === 'bad' || typeof job.data.to !== 'string') throw new Error('no such mailbox');
    if (mailServer !== undefined) await fetch(`${mailServer}/mails`).then((answer) => answer.body?.cancel());
    done++;
    handled.push({ id: Number(job.id), name: job.name });
  },
  { connection: { connectionString, max: 2 }, ...(lockMs > 0 ? QUICK : {}) },
);
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

const app = Fastify();
app.post('/mails/:name', async (request) => {
  const { name } = request.params as { name: string };
  const job = await queue.add(
    name,
    { to: 'somebody' },
    { attempts: 2, backoff: { type: 'fixed', delay: 50 } },
  );
  return { id: job.id };
});
app.get('/done', async () => ({ done }));
/** Names, in the order in which they came to the queue. */
app.get('/handled', async () => ({
  handled: handled.toSorted((a, b) => a.id - b.id).map(({ name }) => name),
}));
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
process.once('SIGTERM', async () => {
  await Promise.all([worker.close(), queue.close(), app.close()]);
  process.exit(0);
});
