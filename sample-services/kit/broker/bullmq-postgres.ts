import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import type { BullBackend, Envelope } from './bullmq-backend.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** BullMQ in tables of PostgreSQL. `url` is the broker's own database. */
export function postgresBackend(url: string): BullBackend {
  const connection = (max: number) => ({ connectionString: url, max, connectionTimeoutMillis: 2_000 });
  return {
    prepare: async (onError) => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
      client.on('error', onError);
      await client.connect();
      try {
        await runMigrations(client);
      } finally {
        await client.end();
      }
    },
    ping: async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
      await client.connect();
      await client.end();
    },
    queue: (name) => new Queue<Envelope>(name, { connection: connection(3) }),
    worker: (name, processor, options) =>
      new Worker<Envelope>(name, processor, { ...options, autorun: false, connection: connection(2) }),
  };
}
