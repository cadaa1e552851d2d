import type pg from 'pg';
import { Database, type Tx } from '../kit/database.ts';

/** A database that counts the round trips to it: a transaction's beginning and end are two. */
export class CountedDatabase extends Database {
  roundTrips = 0;

  override query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    this.roundTrips++;
    return super.query<Row>(text, values);
  }

  override transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.roundTrips += 2;
    return super.transaction((tx) =>
      work({
        ...tx,
        query: (text, values) => {
          this.roundTrips++;
          return tx.query(text, values);
        },
      }),
    );
  }

  /** What `work` took. */
  async during(work: () => Promise<unknown>): Promise<number> {
    const before = this.roundTrips;
    await work();
    return this.roundTrips - before;
  }
}
