import type { QueryResultRow } from 'pg';
import pg from 'pg';
import { pino } from 'pino';
import { QUEUES, type QueueName } from '../events/queues.ts';
import { BullMqBroker } from '../kit/broker/bullmq.ts';
import { ask, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { addDelivered } from './delivered.ts';
import { makeBooks } from './make.ts';

const BROKER = 'broker';
const log = pino({ level: 'silent' });
/** What lies in an empty shop: kept when the rest is emptied. */
const KEPT = ['projection', 'stock'];

/** The shop's databases and its broker's with nobody at work: what services would have written a test writes. */
export class Books {
  readonly #postgres: TestPostgres;
  readonly #urls: Readonly<Record<string, string>>;
  readonly #locks = new Set<pg.Client>();
  /** Database -> its URL for a role that can only read. */
  readonly readable: Readonly<Record<string, string>>;

  private constructor(
    postgres: TestPostgres,
    urls: Readonly<Record<string, string>>,
    readable: Readonly<Record<string, string>>,
  ) {
    this.#postgres = postgres;
    this.#urls = urls;
    this.readable = readable;
  }

  static async open(): Promise<Books> {
    const postgres = await startTestPostgres();
    const urls = { ...(await makeBooks(postgres, log)), [BROKER]: await postgres.database(BROKER) };
    await publishOne(urls[BROKER]);
    return new Books(postgres, urls, await postgres.reader('auditor', Object.keys(urls)));
  }

  close(): Promise<void> {
    return this.#postgres.stop();
  }

  sql<Row extends QueryResultRow>(database: string, text: string, values: unknown[] = []): Promise<Row[]> {
    return ask<Row>(this.#urls[database] ?? '', text, values);
  }

  /** Orders `from`..`to`, called `order-<n>`, delivered an hour ago: every book is right and every message was handled. */
  async deliver(from: number, to: number): Promise<void> {
    await addDelivered(this.#urls, from, to);
  }

  /** Messages with the broker, in a state of BullMQ's. */
  async job(queue: QueueName, ids: readonly string[], state: 'waiting' | 'failed'): Promise<void> {
    await this.sql(
      BROKER,
      `insert into bullmq.job select (jsonb_populate_record(j, jsonb_build_object('queue', $1::text, 'id', made.id, 'state', $3::text))).*
       from bullmq.job j, unnest($2::text[]) made (id) where j.id = 'first'`,
      [QUEUES[queue].name, ids, state],
    );
  }

  /** Nobody can read that table until `unlock`. */
  async lock(database: string, table: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#urls[database] ?? '' });
    await client.connect();
    this.#locks.add(client);
    await client.query(`begin; lock table ${table} in access exclusive mode`);
  }

  async unlock(): Promise<void> {
    await Promise.all([...this.#locks].map((client) => client.end()));
    this.#locks.clear();
  }

  /** As if nothing had ever been ordered. */
  async empty(): Promise<void> {
    await this.unlock();
    const services = Object.keys(this.#urls).filter((name) => name !== BROKER);
    await Promise.all(services.map((database) => this.#truncate(database)));
    await this.sql('inventory', 'update stock set available = seeded, reserved = 0');
    await this.sql(BROKER, `delete from bullmq.job where id <> 'first'`);
  }

  async #truncate(database: string): Promise<void> {
    const rows = await this.sql<{ name: string }>(
      database,
      `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
       and relname <> all($1)`,
      [KEPT],
    );
    await this.sql(database, `truncate ${rows.map(({ name }) => name).join(', ')} cascade`);
  }
}

/** Makes BullMQ's own tables, and a job after which others are made. */
async function publishOne(url: string): Promise<void> {
  const broker = new BullMqBroker({ url, log });
  const message = { id: 'first', name: 'first', payload: null, conversationId: '', headers: {} };
  await broker.publish({ name: 'nobody', attempts: 1, backoffMs: 1 }, message);
  await broker.close();
}
