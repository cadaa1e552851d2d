import Fastify from 'fastify';

/** The smallest service with one handler; how it is observed is decided by `--import`. Prints its port. */
const app = Fastify({ logger: false });
app.get('/work/:id', async (request) => ({ id: (request.params as { id: string }).id, ok: true }));
app.get('/cpu', async () => process.cpuUsage());
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.stdout.write(`${JSON.stringify({ port: address.port })}\n`);
process.on('SIGTERM', () => process.exit(0));
