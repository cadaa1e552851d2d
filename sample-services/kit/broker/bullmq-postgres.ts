import { createPostgresBackend, type PgPool, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import type { BullBackend, Envelope } from './bullmq-backend.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** Newest events that are kept, of all queues: the queue agent reads them every second. */
const EVENTS_KEPT = 10_000;
/**
 * BullMQ notifies of each of a job's five events, and a notification wakes every waiting worker of the database, of
 * whichever queue: with twenty of them most of what the broker costs. Nobody listens here, the queue agent reads the
 * table, so events are only written.
 */
const QUIET_EVENTS = `do $do$ begin
  perform pg_advisory_xact_lock(hashtext('stormglass:quiet-events'));
  if exists (select from pg_proc where proname = 'publish_event' and pronamespace = to_regnamespace('bullmq')
             and prosrc like '%pg_notify%') then
    create or replace function bullmq.publish_event(p_queue text, p_event text, p_data jsonb) returns bigint
    language plpgsql set search_path = bullmq as $body$
    declare added bigint;
    begin
      insert into event (queue, event, data, created_at_ms)
      values (p_queue, p_event, coalesce(p_data, '{}'), extract(epoch from clock_timestamp()) * 1000)
      returning id into added;
      if added % 256 = 0 then
        delete from event where (queue, id) in (
          select queue, id from event where queue = p_queue and id <= added - ${EVENTS_KEPT} for update skip locked);
      end if;
      return added;
    end $body$;
  end if;
end $do$`;

/** More than a process needs: a waiting connection for each worker and what their hands and the relay use at a time. */
const MOST_CONNECTIONS = 24;
/**
 * A connection costs milliseconds to open and compiles BullMQ's functions anew, so one that works now and then is kept.
 */
const IDLE_MS = 120_000;

/** BullMQ in tables of PostgreSQL, with one pool for all queues of the process. `url` is the broker's own database. */
export function postgresBackend(url: string): BullBackend {
  const pool = new pg.Pool({
    connectionString: url,
    options: '-c search_path=bullmq',
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
  });
  // Each queue and each worker listens for errors of the pool and tells its own.
  pool.setMaxListeners(0);
  pool.on('error', () => undefined);
  const connection = withNames(pool);
  return {
    prepare: async (onError) => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
      client.on('error', onError);
      await client.connect();
      try {
        await runMigrations(client);
        await client.query(QUIET_EVENTS);
      } finally {
        await client.end();
      }
    },
    ping: async () => {
      await pool.query('select 1');
    },
    queue: (name) => new Queue<Envelope>(name, { connection }),
    worker: (name, processor, options) =>
      new Worker<Envelope>(name, processor, { ...options, autorun: false, connection }),
    close: () => pool.end(),
  };
}

/**
 * A pool whose statements are prepared once in each connection: BullMQ has some forty, and parsing and planning them anew
 * was a fifth of what a job costs the server.
 */
function withNames(pool: pg.Pool): PgPool {
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const name = names.get(text) ?? `bullmq-${names.size}`;
    names.set(text, name);
    return name;
  };
  const plain = pool.query.bind(pool);
  const query = (text: string, params: readonly unknown[] = []) =>
    plain({ name: nameOf(text), text, values: [...params] });
  return Object.assign(pool, { query }) as unknown as PgPool;
}
