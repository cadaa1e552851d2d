import type { Database } from './database.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';

/** A table whose rows are of no use to anybody after a time. */
export interface Perishable {
  table: string;
  /** SQL that is true of such a row; by a column with an index. */
  over: string;
}

const EVERY_MS = 60_000;
/** Rows deleted by one statement: it must not take longer than a statement may, however many there are. */
export const BATCH = 1_000;

/** Deletes rows that are over, in small steps; several processes may do so at once. */
export function startRetention(db: Database, log: Log, tables: readonly Perishable[]): Loop {
  return startLoop({
    name: `retention of ${tables.map(({ table }) => table).join(', ')}`,
    intervalMs: EVERY_MS,
    log,
    run: async () => {
      await db.whenReady();
      let more = false;
      for (const table of tables) more = (await forgetSome(db, table)) === BATCH || more;
      return more;
    },
  });
}

/** Deletes at most `BATCH` rows; gives how many. */
export async function forgetSome(db: Database, { table, over }: Perishable): Promise<number> {
  const gone = await db.query(
    `delete from ${table} where ctid = any(array(
       select ctid from ${table} where ${over} limit ${BATCH} for update skip locked)) returning 1`,
  );
  return gone.length;
}
