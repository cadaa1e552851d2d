import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StormglassError } from '../contract/index.ts';

/** A session that logged in while we closed the database shows up within a few rounds. */
const ROUNDS = 40;
const ROUND_MS = 5;

/** Closes and opens single databases of one server, through the superuser. */
export class DatabaseGate {
  readonly #pool: pg.Pool;

  constructor(adminUrl: string) {
    this.#pool = new pg.Pool({ connectionString: adminUrl, max: 2, connectionTimeoutMillis: 3_000 });
    // An idle connection ends when the server is killed; the next query opens another.
    this.#pool.on('error', () => undefined);
  }

  /** Refuses new connections and ends the present ones; answers how many sessions were ended. */
  async close(database: string): Promise<number> {
    await this.#allow(database, false);
    let ended = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const hit = await this.#pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        [database],
      );
      ended += hit.rowCount ?? 0;
      if (hit.rowCount === 0) break;
      await sleep(ROUND_MS);
    }
    return ended;
  }

  /** Lets connections in again and reads back that it is so; answers what was read. */
  async open(database: string): Promise<string> {
    await this.#allow(database, true);
    const read = await this.isOpen(database);
    if (!read) {
      throw new StormglassError(
        'internal',
        `database ${database} still refuses connections`,
        `run: alter database ${database} allow_connections true`,
      );
    }
    return 'datallowconn = true';
  }

  async isOpen(database: string): Promise<boolean> {
    const read = await this.#pool.query<{ datallowconn: boolean }>(
      'select datallowconn from pg_database where datname = $1',
      [database],
    );
    const row = read.rows[0];
    if (row === undefined) throw absent(database);
    return row.datallowconn;
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #allow(database: string, allowed: boolean): Promise<void> {
    await this.isOpen(database);
    await this.#pool.query(
      `alter database ${pg.escapeIdentifier(database)} with allow_connections ${allowed}`,
    );
  }
}

function absent(database: string): StormglassError {
  return new StormglassError(
    'target_absent',
    `there is no database ${database}`,
    'name a service that has one',
  );
}
