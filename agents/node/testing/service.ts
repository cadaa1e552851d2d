/**
 * A service as anybody would write it, run in a process of its own by the tests: Fastify, undici, opossum, pino. It
 * knows nothing of the agent. Prints its port as a JSON line.
 */
import Fastify from 'fastify';
import CircuitBreaker from 'opossum';
import pino from 'pino';
import { request } from 'undici';

const peer = process.env.PEER_URL;
const log = pino();
const app = Fastify({ loggerInstance: log });
let handled = 0;

app.get('/healthz', async () => ({ ok: true }));
app.get('/handled', async () => ({ handled }));
app.get('/work/:id', async (req) => {
  handled++;
  req.log.info('working');
  return { done: true };
});

const breaker = new CircuitBreaker(
  async (path: string) => {
    const answer = await request(`${peer}${path}`, { signal: AbortSignal.timeout(2_000) });
    const text = await answer.body.text();
    if (answer.statusCode >= 500) throw new Error(`peer answered ${answer.statusCode}`);
    return text;
  },
  {
    name: 'service->peer',
    timeout: 300,
    errorThresholdPercentage: 50,
    volumeThreshold: 4,
    resetTimeout: 500,
    rollingCountTimeout: Number(process.env.WINDOW_MS ?? 10_000),
  },
);
breaker.fallback(() => 'fallback');
app.get('/through/:id', async (req) => ({
  text: await breaker.fire(`/work/${(req.params as { id: string }).id}`),
}));
app.get('/plain/:id', async (req, reply) => {
  const { id } = req.params as { id: string };
  const answer = await request(`${peer}/work/${id}`, { method: 'GET' });
  reply.code(answer.statusCode);
  return answer.body.text();
});
app.get('/fetch/:id', async (req, reply) => {
  const answer = await fetch(`${peer}/work/${(req.params as { id: string }).id}`);
  reply.code(answer.status);
  return answer.text();
});

const things: unknown[] = [];
app.post('/things', async (req) => {
  things.push(req.body);
  return { stored: true };
});
app.get('/things', async () => ({ things }));
const json = { 'content-type': 'application/json' };
app.post('/store/plain', async (req) => {
  const answer = await request(`${peer}/things`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(req.body),
  });
  return answer.body.json();
});
app.post('/store/fetch', async (req) => {
  const answer = await fetch(`${peer}/things`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(req.body),
  });
  return answer.json();
});

await app.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
