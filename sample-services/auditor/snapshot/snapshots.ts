import type { QueryResultRow } from 'pg';
import { type AuditedDatabase, NotReadable, type Snapshot } from './database.ts';

/** Has messages, and no service's books. */
const BROKER = 'broker';

/**
 * One snapshot of each database, all begun before any is read. They are of slightly different moments; what that means
 * for a verdict is written at `Watermark`.
 */
export class Snapshots {
  /** Counts the sweeps of this process, from 1. */
  readonly number: number;
  /** Epoch ms, when the first of them was begun. */
  readonly at: number;
  readonly #open: ReadonlyMap<string, Snapshot>;
  readonly #away: ReadonlyMap<string, NotReadable>;

  private constructor(
    number: number,
    at: number,
    open: ReadonlyMap<string, Snapshot>,
    away: ReadonlyMap<string, NotReadable>,
  ) {
    this.number = number;
    this.at = at;
    this.#open = open;
    this.#away = away;
  }

  static async take(number: number, at: number, databases: readonly AuditedDatabase[]): Promise<Snapshots> {
    const open = new Map<string, Snapshot>();
    const away = new Map<string, NotReadable>();
    await Promise.all(
      databases.map(async (database) => {
        try {
          open.set(database.name, await database.snapshot());
        } catch (error) {
          away.set(database.name, error instanceof NotReadable ? error : new NotReadable(database.name));
        }
      }),
    );
    return new Snapshots(number, at, open, away);
  }

  /** Databases that were readable when the sweep began. */
  get names(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** False, too, for a database that is not there at all. */
  has(database: string, table: string): boolean {
    return this.#open.get(database)?.has(table) ?? false;
  }

  /** True when this database is one of ours, whether or not it answers now. */
  knows(database: string): boolean {
    return this.#open.has(database) || this.#away.has(database);
  }

  /** One of ours which did not answer: what it holds is not known, which is not the same as that it holds nothing. */
  isAway(database: string): boolean {
    return this.#away.has(database);
  }

  /**
   * Services' databases that have such a table. Throws NotReadable while one of them is away: what it holds is not known, and
   * what was found there is not over.
   */
  async holdersOf(table: string): Promise<string[]> {
    const [away] = [...this.#away.keys()].filter((name) => name !== BROKER);
    if (away !== undefined) await this.rows(away, 'select 1');
    return this.names.filter((name) => this.has(name, table));
  }

  /** Throws NotReadable while the database is away. */
  rows<Row extends QueryResultRow>(database: string, text: string, values?: unknown[]): Promise<Row[]> {
    const snapshot = this.#open.get(database);
    if (snapshot) return snapshot.rows<Row>(text, values);
    return Promise.reject(this.#away.get(database) ?? new NotReadable(database));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((snapshot) => snapshot.close()));
  }
}
