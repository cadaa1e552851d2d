import type { DatabaseSettings } from '@stormglass/agents/contract';
import type pg from 'pg';
import { type Clock, systemClock } from './clock.ts';
import { ShopError } from './errors.ts';
import type { Log } from './log.ts';
import { openPool } from './pool.ts';

/** What both a pool and a transaction can do. */
export interface Sql {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** One transaction: what it writes is there as a whole or not at all. */
export interface Tx extends Sql {
  readonly database: Database;
  /** Runs right after the commit, in order; never if there is none. What it throws goes to the log. */
  afterCommit(work: () => void): void;
}

export interface DatabaseOptions {
  url: string;
  /** Idempotent SQL (`create table if not exists ...`), run at start under an advisory lock. */
  schema: string;
  log: Log;
  /** Most connections of this process. */
  max?: number;
  clock?: Clock;
}

/** SHOP in ASCII: one lock key for all migrations, since each service has its own database. */
const MIGRATION_LOCK = 0x53484f50;

/** Bringing a large database of an earlier version up to date takes longer than a statement may. */
const MIGRATION_LIMIT_MS = 600_000;

/**
 * One service's PostgreSQL database. It starts before its server does: until the schema is in place every query fails
 * with `unavailable`, and afterwards lost connections are replaced one by one.
 */
export class Database implements Sql {
  readonly #pool: pg.Pool;
  readonly #options: DatabaseOptions;
  /** Of the database, as its URL says. */
  readonly name: string;
  readonly #stop = new AbortController();
  readonly #migrated: Promise<void>;
  #ready = false;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.name = new URL(options.url).pathname.slice(1);
    const config = {
      connectionString: options.url,
      max: options.max ?? 8,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      query_timeout: 5_000,
      statement_timeout: 5_000,
      idle_in_transaction_session_timeout: 10_000,
    };
    this.#pool = openPool(config, (err) => options.log.warn({ err }, 'database connection lost'));
    this.#migrated = this.#migrate();
  }

  /** Resolves when the schema is in place (or the database is closed first). */
  whenReady(): Promise<void> {
    return this.#migrated;
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.#demandSchema();
    const client = await this.#connect();
    let failure: unknown;
    try {
      return (await client.query<Row>(prepared(text, values))).rows;
    } catch (error) {
      failure = error;
      throw asUnavailable(error);
    } finally {
      // A statement that ran out of its time may still run over there: nobody else shall wait behind it.
      this.#putBack(client, failure !== undefined);
    }
  }

  /** Runs `work` in one transaction; a throw rolls back and passes on. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.#demandSchema();
    const client = await this.#connect();
    const afterwards: (() => void)[] = [];
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work({
        database: this,
        query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
          (await client.query<Row>(prepared(text, values))).rows,
        afterCommit: (next) => void afterwards.push(next),
      });
      await client.query('commit');
      for (const next of afterwards) this.#afterwards(next);
      return result;
    } catch (error) {
      await client.query('rollback').catch((rollback: Error) => {
        broken = rollback;
      });
      throw asUnavailable(error);
    } finally {
      // A client that cannot even roll back is thrown away, not put back.
      this.#putBack(client, broken !== undefined);
    }
  }

  #afterwards(work: () => void): void {
    try {
      work();
    } catch (err) {
      this.#options.log.error({ err }, 'work after a commit failed');
    }
  }

  /** A cheap round trip; throws `unavailable` when there is no database behind us. */
  async ping(): Promise<void> {
    await this.query('select 1');
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#migrated;
    await this.#pool.end();
  }

  get settings(): DatabaseSettings {
    return { max: this.#pool.options.max };
  }

  /** More connections are opened for who waits now; fewer are reached as those in use are put back. */
  configure({ max }: Partial<DatabaseSettings>): void {
    if (max === undefined) return;
    const { options } = this.#pool;
    const more = Math.min(max - options.max, this.#pool.waitingCount);
    const fewer = Math.min(this.#pool.totalCount - max, this.#pool.idleCount);
    options.max = max;
    // The pool looks at its limit only when somebody comes or goes.
    for (let i = 0; i < Math.max(more, fewer); i++) {
      this.#pool.connect().then(
        (client) => this.#putBack(client, false),
        (err: Error) => this.#options.log.debug({ err }, 'no connection to put back'),
      );
    }
  }

  #putBack(client: pg.PoolClient, broken: boolean): void {
    client.release(broken || this.#pool.totalCount > this.#pool.options.max);
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  #demandSchema(): void {
    if (this.#ready) return;
    throw new ShopError('unavailable', 'the database is not ready yet', 'Try again in a second.');
  }

  async #migrate(): Promise<void> {
    const { clock = systemClock, log, schema } = this.#options;
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      try {
        await this.#applySchema(schema);
        this.#ready = true;
        return;
      } catch (err) {
        if (attempt === 0) log.warn({ err }, 'database not there yet, trying on');
        await clock.sleep(250, this.#stop.signal);
      }
    }
  }

  async #applySchema(schema: string): Promise<void> {
    const client = await this.#pool.connect();
    let failure: Error | undefined;
    try {
      const migration: pg.QueryConfig & { query_timeout: number } = {
        text: `begin; set local statement_timeout = 0; select pg_advisory_xact_lock(${MIGRATION_LOCK}); ${schema}; commit`,
        query_timeout: MIGRATION_LIMIT_MS,
      };
      await client.query(migration);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw failure;
    } finally {
      client.release(failure ?? false);
    }
  }
}

const names = new Map<string, string>();

/**
 * Each statement has a name, so that the server parses and plans it once for each connection: half of its work here.
 * The name is also the name of its span, so it says what is done to which table: `update saga 9`.
 */
function prepared(text: string, values: unknown[]): pg.QueryConfig {
  let name = names.get(text);
  if (name === undefined) {
    const change = /\b(insert into|update|delete from) \w+/.exec(text)?.[0];
    const from = /\bfrom (\w+)/.exec(text)?.[1];
    // Numbered, because two statements must never share a name on one connection.
    name = `${change ?? (from === undefined ? 'select' : `select ${from}`)} ${names.size + 1}`;
    names.set(text, name);
  }
  return { name, text, values };
}

/** SQLSTATE classes which mean "no database behind us now" rather than "this statement is wrong". */
const UNAVAILABLE = /^(08|53|55000|57P0|57014|25P03)/;
const NETWORK = /ECONN|EPIPE|ETIMEDOUT|timeout|terminat|Connection (ended|lost)|not queryable|shutting down/i;

function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ShopError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!UNAVAILABLE.test(code) && !NETWORK.test(`${code} ${error.message}`)) return error;
  return new ShopError(
    'unavailable',
    `the database does not answer: ${error.message}`,
    'Try again in a second.',
    {
      cause: error,
    },
  );
}
