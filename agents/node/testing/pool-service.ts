/** A service with a pool of two connections to PostgreSQL, run in a process of its own by the tests. */
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 2,
  connectionTimeoutMillis: 300,
});
const app = Fastify();
app.get('/answer', async () => (await pool.query('select 42 as answer')).rows[0]);

await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
