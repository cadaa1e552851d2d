/** A process which calls a peer with the instances of PEER_URLS, run with an agent by the tests: `GET /call` gives the outcome. */
import Fastify from 'fastify';
import { z } from 'zod';
import { Peer } from '../kit/peer/peer.ts';
import { seededRandom } from '../kit/random.ts';

const instances = (process.env.PEER_URLS ?? '').split(',').map((url, i) => ({ id: `peer-${i + 1}`, url }));
const peer = new Peer({
  name: 'peer',
  endpoints: { current: () => instances },
  random: seededRandom(1),
  settings: { bulkheadSlots: 2, bulkheadLine: 10, volumeThreshold: 1_000, retryBaseMs: 1 },
});
const app = Fastify();
app.get('/call', () => peer.get('/', { answer: z.object({ n: z.number() }), fallback: true }));
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
