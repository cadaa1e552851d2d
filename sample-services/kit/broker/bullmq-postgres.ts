import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import type { BullBackend, Envelope } from './bullmq-backend.ts';
import { openConnections } from './bullmq-connections.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** Events of the newest so many numbers, which count for all queues: minutes of a busy shop, for the queue agent. */
const EVENTS_KEPT = 100_000;
/**
 * BullMQ notifies of each of a job's five events, and a notification wakes every waiting worker of the database, of
 * whichever queue. Nobody listens here, the queue agent reads the table, so events are only written. The function carries
 * a mark by which a later one replaces it.
 */
const MARK = 'stormglass 1';
const QUIET_EVENTS = `do $do$ begin
  perform pg_advisory_xact_lock(hashtext('stormglass:quiet-events'));
  if not exists (select from pg_proc where proname = 'publish_event' and pronamespace = to_regnamespace('bullmq')
             and prosrc like '%${MARK}%') then
    create or replace function bullmq.publish_event(p_queue text, p_event text, p_data jsonb) returns bigint
    language plpgsql set search_path = bullmq as $body$
    -- ${MARK}
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

/**
 * BullMQ in tables of PostgreSQL, with one pool for all queues of the process. `url` is the broker's own database;
 * `onError` hears of connections that break.
 */
export function postgresBackend(url: string, onError: (error: Error) => void): BullBackend {
  const { pool, ping, close } = openConnections(url, onError);
  return {
    prepare: async () => {
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
    ping,
    queue: (name) => new Queue<Envelope>(name, { connection: pool }),
    worker: (name, processor, options) =>
      new Worker<Envelope>(name, processor, { ...options, autorun: false, connection: pool }),
    close,
  };
}
