import type { Database, Sql, Tx } from '../../../kit/database.ts';
import type { JournalRow, SagaOutcome } from '../port.ts';
import type { NewRow } from '../transcript.ts';

/** A row at its place in the saga. */
export interface Placed {
  sagaId: string;
  /** Counts the workflow's rows: written again after a crash, it is the same row. */
  position: number;
  row: NewRow;
}

/** What a workflow learns when it writes: its row as it stands in the book, and what others have written since. */
export interface Written {
  /** Null when a person had decided about that step before. */
  row: JournalRow | null;
  /** True when it was not there before. */
  isNew: boolean;
  others: JournalRow[];
  /** Sequence number of the last of `others`. */
  seen: string;
}

interface BookRow extends Omit<JournalRow, 'at'> {
  seq: string;
  at: Date;
}

const COLUMNS = 'seq, step, kind, status, attempt, epoch, owner, key, detail, at';

/**
 * The sagas' book as dashboard, auditor and people read it, written by the steps of workflows. What drives a workflow is
 * the library's own record; here its steps leave what they did, once however often they run, and find what people and the
 * watchdog have noted.
 */
export class SagaBook {
  readonly #db: Database;
  readonly #leaseSeconds: number;

  constructor(db: Database, leaseMs: number) {
    this.#db = db;
    this.#leaseSeconds = leaseMs / 1000;
  }

  /** Writes a row unless a person has decided about its step, and reads what others wrote after `seen`. */
  write(placed: Placed, seen: string, stuck: boolean): Promise<Written> {
    const { sagaId } = placed;
    return this.#db.transaction(async (tx) => {
      // This lock comes first: what a person decides is either seen below or comes after this row.
      await tx.query(
        `update saga set lease_until = now() + make_interval(secs => $2), due_at = null, stuck = $3
         where id = $1 and ended_at is null`,
        [sagaId, this.#leaseSeconds, stuck],
      );
      const others = await tx.query<BookRow>(
        `select ${COLUMNS} from saga_step where saga_id = $1 and position is null and seq > $2 order by seq`,
        [sagaId, seen],
      );
      const [fresh] = await this.#insert(tx, placed);
      const row = fresh ?? (await rowAt(tx, placed));
      return {
        row: row ? toRow(row) : null,
        isNew: fresh !== undefined,
        others: others.map(toRow),
        seen: others.at(-1)?.seq ?? seen,
      };
    });
  }

  /**
   * Ends the saga, with `also` in the same transaction; written again after a crash it changes nothing. Gives whether it
   * was this call that ended it. `also` is told whether its customer wants it taken back.
   */
  end(
    sagaId: string,
    outcome: SagaOutcome,
    rows: readonly Placed[],
    also: (tx: Tx, cancelRequested: boolean) => Promise<void>,
  ): Promise<JournalRow[]> {
    return this.#db.transaction(async (tx) => {
      const [head] = await tx.query<{ cancelRequested: boolean }>(
        `update saga set outcome = $2, ended_at = clock_timestamp(), stuck = false, due_at = null
         where id = $1 and ended_at is null returning cancel_requested as "cancelRequested"`,
        [sagaId, outcome],
      );
      if (!head) return [];
      const written: JournalRow[] = [];
      for (const placed of rows) written.push(...(await this.#insert(tx, placed)).map(toRow));
      await also(tx, head.cancelRequested);
      return written;
    });
  }

  /** Notes that a saga changed its owner. */
  async noteTakeover(sagaId: string): Promise<void> {
    await this.#db.query(
      `insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail)
       select id, '', '', 'TAKEOVER', 0, epoch, owner, '', 'taken over with epoch ' || epoch from saga where id = $1`,
      [sagaId],
    );
  }

  #insert(tx: Sql, { sagaId, position, row }: Placed): Promise<BookRow[]> {
    return tx.query<BookRow>(
      `insert into saga_step (saga_id, position, step, kind, status, attempt, epoch, owner, key, detail)
       select id, $2, $3, $4, $5, $6, epoch, owner, $7, left($8, 500) from saga
       where id = $1 and not exists (
         select from saga_step d where d.saga_id = $1 and d.step = $3 and d.kind = $4 and d.position is null
           and d.status in ('SKIPPED', 'RESOLVED'))
       on conflict (saga_id, position) where position is not null do nothing returning ${COLUMNS}`,
      [sagaId, position, row.step, row.kind, row.status, row.attempt, row.key, row.detail],
    );
  }
}

async function rowAt(tx: Sql, { sagaId, position }: Placed): Promise<BookRow | undefined> {
  const [row] = await tx.query<BookRow>(
    `select ${COLUMNS} from saga_step where saga_id = $1 and position = $2`,
    [sagaId, position],
  );
  return row;
}

function toRow({ seq, at, ...row }: BookRow): JournalRow {
  return { ...row, at: at.getTime() };
}
