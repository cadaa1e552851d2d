import pg from 'pg';

/** One service's database cannot be read now; what needs it is not judged in this sweep. */
export class NotReadable extends Error {
  readonly database: string;

  constructor(database: string, options?: ErrorOptions) {
    const { cause } = options ?? {};
    super(
      `${database} cannot be read: ${cause instanceof Error ? cause.message : 'not one of ours'}`,
      options,
    );
    this.name = 'NotReadable';
    this.database = database;
  }
}

/** Something else in place of what a database that is away would have said. */
export async function unlessAway<T, Else>(work: Promise<T>, otherwise: Else): Promise<T | Else> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NotReadable) return otherwise;
    throw error;
  }
}

/** Tables which a reader has, looked up anew when so many snapshots were taken. */
const TABLES_KEPT = 20;
const LIMIT_MS = 10_000;

/** What one database held at one moment. */
export interface Snapshot {
  has(table: string): boolean;
  rows<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A service's database, read through one connection that is made anew when it was lost. */
export class AuditedDatabase {
  readonly name: string;
  readonly #url: string;
  #client: pg.Client | null = null;
  #tables: ReadonlySet<string> = new Set();
  #taken = 0;

  constructor(name: string, url: string) {
    this.name = name;
    this.#url = url;
  }

  /** A read-only repeatable-read transaction; its moment is fixed before this resolves. Throws NotReadable. */
  async snapshot(): Promise<Snapshot> {
    try {
      const client = this.#client ?? (await this.#connect());
      // The snapshot is taken by the first statement that reads, not by `begin`.
      await client.query('begin isolation level repeatable read read only; select from pg_class limit 1');
      if (this.#taken++ % TABLES_KEPT === 0 || this.#tables.size === 0) await this.#readTables(client);
      return this.#over(client);
    } catch (cause) {
      await this.#drop();
      throw new NotReadable(this.name, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#drop();
  }

  #over(client: pg.Client): Snapshot {
    let failure: Error | null = null;
    // One statement at a time: several invariants ask at once.
    let turn: Promise<unknown> = Promise.resolve();
    const ask = async <Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> => {
      // A statement that fails ends its transaction: the rest of the sweep would only hear of that.
      if (failure) throw failure;
      try {
        return (await client.query<Row>(text, values)).rows;
      } catch (cause) {
        failure = new NotReadable(this.name, { cause });
        throw failure;
      }
    };
    return {
      has: (table) => this.#tables.has(table),
      rows: <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) => {
        const answer = turn.then(() => ask<Row>(text, values));
        turn = answer.catch(() => undefined);
        return answer;
      },
      close: async () => {
        await turn;
        await client.query('rollback').catch(() => this.#drop());
        // What was there when it failed may have been of another shape.
        if (failure) this.#taken = 0;
      },
    };
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: 2_000,
      query_timeout: LIMIT_MS,
      statement_timeout: LIMIT_MS,
      application_name: 'auditor',
      // A table that somebody has locked is not waited for.
      options: '-c lock_timeout=1000',
    });
    // A connection that breaks while idle says so here; the next snapshot makes a new one.
    client.on('error', () => {
      if (this.#client === client) this.#client = null;
    });
    await client.connect();
    this.#client = client;
    this.#taken = 0;
    return client;
  }

  async #readTables(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ name: string }>(
      `select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')`,
    );
    this.#tables = new Set(rows.map(({ name }) => name));
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }
}
