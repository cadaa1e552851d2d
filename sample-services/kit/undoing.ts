import { backoff } from './backoff.ts';
import { carriedBy, carry } from './correlation.ts';
import type { Database, Tx } from './database.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';
import type { Random } from './random.ts';

/** What a table needs whose rows may have to be undone at somebody else's. */
export const undoColumns = (table: string): string => `
  alter table ${table} add column if not exists undo_due_at timestamptz;
  alter table ${table} add column if not exists undo_attempts int not null default 0;
  alter table ${table} add column if not exists undo_carrier jsonb;
  alter table ${table} add column if not exists undo_waived boolean not null default false;
  create index if not exists ${table}_undo on ${table} (undo_due_at) where undo_due_at is not null`;

/** Makes a row due now, unless a person has decided that it is not to be undone any more. */
export async function oweUndo(tx: Tx, table: string, id: string): Promise<void> {
  await tx.query(
    `update ${table} set undo_due_at = now(), undo_carrier = coalesce(undo_carrier, $2) where id = $1 and not undo_waived`,
    [id, undoCarrier()],
  );
}

/** Nobody tries any more to undo that row: a person has decided so. */
export async function waiveUndo(tx: Tx, table: string, id: string): Promise<void> {
  await tx.query(`update ${table} set undo_due_at = null, undo_waived = true where id = $1`, [id]);
}

/** SQL that makes a row due, for an update or an insert of these columns; `$n` is `undoCarrier()`. */
export const undoCarrier = (): string => JSON.stringify(carry());

export interface UndoingOptions {
  db: Database;
  log: Log;
  random: Random;
  table: string;
  /** Undoes the row and, in the transaction that says so, sets its `undo_due_at` to null. Throws to be asked again. */
  undo(id: string, attempt: number): Promise<void>;
}

interface DueRow {
  id: string;
  undo_attempts: number;
  undo_carrier: Record<string, string> | null;
}

const BATCH = 10;
const POLL_MS = 250;
/** A row whose undoing was cut off is taken up after this long, seconds; longer than a peer's timeout. */
const CLAIM_SECONDS = 6;
const BASE_MS = 250;
const CAP_MS = 5_000;

/** Undoes rows that are due, repeated without limit: the money of somebody lies there. */
export function startUndoing(options: UndoingOptions): Loop {
  const { db, log, table } = options;
  return startLoop({
    name: `undoing ${table}`,
    intervalMs: POLL_MS,
    log,
    run: async () => {
      await db.whenReady();
      const due = await db.query<DueRow>(
        `update ${table} set undo_due_at = now() + interval '${CLAIM_SECONDS} seconds', undo_attempts = undo_attempts + 1
         where id in (select id from ${table} where undo_due_at <= now() order by undo_due_at limit ${BATCH}
           for update skip locked)
         returning id, undo_attempts, undo_carrier`,
      );
      await Promise.all(due.map((row) => carriedBy(row.undo_carrier ?? {}, () => one(options, row))));
      return due.length === BATCH;
    },
  });
}

async function one({ db, log, random, table, undo }: UndoingOptions, row: DueRow): Promise<void> {
  const { id, undo_attempts: attempt } = row;
  try {
    await undo(id, attempt);
  } catch (err) {
    const waitMs = Math.max(50, backoff(random, attempt, BASE_MS, CAP_MS));
    log.warn({ err, table, id, attempt, waitMs }, 'not undone yet, trying on');
    await db.query(
      `update ${table} set undo_due_at = now() + make_interval(secs => $2) where id = $1 and undo_due_at is not null`,
      [id, waitMs / 1000],
    );
  }
}
