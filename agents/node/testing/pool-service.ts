/**
 * A service with a pool of two connections to PostgreSQL and one that has as good as no limit, run in a process of its own
 * by the tests. It gives a statement two seconds.
 */
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 2,
  connectionTimeoutMillis: Number(process.env.CONNECT_MS ?? 2_000),
  query_timeout: 2_000,
});
pool.on('error', () => undefined);
const wide = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1_000 });
wide.on('error', () => undefined);
// Not by the pool, which gives a first connection no time: the machine may be busy.
const first = new pg.Client({ connectionString: process.env.DATABASE_URL });
await first.connect();
await first.query('create table if not exists thing (id serial)');
await first.end();
const COUNT = 'select count(*)::int as n from pg_stat_activity where datname = current_database()';
const app = Fastify();
app.get('/answer', async () => (await pool.query('select 42 as answer')).rows[0]);
app.get('/connections', async () => (await wide.query(COUNT)).rows[0]);
app.post('/things', async () => (await pool.query('insert into thing default values')).rowCount);
app.get('/things', async () => (await pool.query('select count(*)::int as n from thing')).rows[0]);

await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
