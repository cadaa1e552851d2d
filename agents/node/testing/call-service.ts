/**
 * A service that answers by Fastify and by `node:http`, and calls its peer by every client the agent knows, run in a process of
 * its own by the tests. It says where it wants to be breakable, and knows nothing else of the agent. Prints its port as a JSON line.
 */
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { request } from 'undici';
import { faultPoint } from '../index.ts';

const BIG = 'x'.repeat(20_000);
const peer = process.env.PEER_URL ?? '';
let handled = 0;
const work = () => ({ done: handled++ >= 0, name: 'work' });

const plain = createServer((req, res) => {
  if (req.url === '/big') return res.end(BIG);
  res.setHeader('content-type', 'application/json');
  res.writeHead(200, { 'x-made-by': 'plain' });
  res.end(JSON.stringify(work()));
});
await new Promise<void>((ready) => plain.listen(0, '127.0.0.1', ready));

const app = Fastify();
app.get('/work', async () => work());
app.get('/big', async () => BIG);
app.get('/state', async () => ({ handled, plain: (plain.address() as AddressInfo).port }));
app.get('/point', async () => {
  await faultPoint('work.before_commit', { kind: 'test' });
  return work();
});

const callers: Record<string, (url: string) => Promise<{ status: number; body: string }>> = {
  undici: async (url) => {
    const { statusCode, body } = await request(url);
    return { status: statusCode, body: await body.text() };
  },
  fetch: async (url) => {
    const answer = await fetch(url);
    return { status: answer.status, body: await answer.text() };
  },
  http: async (url) => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, resolve).on('error', reject);
    });
    return { status: answer.statusCode ?? 0, body: await text(answer) };
  },
};
app.get('/out/:by/:path', async (req, reply) => {
  const { by, path } = req.params as { by: string; path: string };
  try {
    const { status, body } = (await callers[by]?.(`${peer}/${path}`)) ?? { status: 404, body: '' };
    return reply.code(status).send(body);
  } catch (error) {
    return reply.code(599).send({ failed: codeOf(error) });
  }
});

/** The code of an error, or of what caused it. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.message : codeOf(error.cause);
}

await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ port: (app.server.address() as AddressInfo).port })}\n`);
