import type { QueryResultRow } from 'pg';
import type { Snapshots } from './snapshots.ts';

/** Rows read at a time. */
const PAGE = 5_000;
/** No transaction of a service lives longer than this by half: a number that is missing for so long was rolled back. */
const GAP_LIFE_MS = 60_000;
/** Further back than this nothing is read when a cursor is new; the slow check of everything sees to that. */
const LOOK_BACK = 2_000;

/**
 * Reads a table's new rows by its serial number without losing those whose transaction commits late: numbers that were
 * passed over are asked for again until they come or are given up.
 */
export class GapCursor {
  readonly #database: string;
  readonly #table: string;
  readonly #columns: string;
  #last: number | null = null;
  /** Missing number -> when it was first missed, epoch ms. */
  readonly #gaps = new Map<number, number>();

  constructor(database: string, table: string, columns: string) {
    this.#database = database;
    this.#table = table;
    this.#columns = columns;
  }

  /** Gives rows that were not seen before to `use`: they count as seen when it has returned, and come again when it threw. */
  async read<Row extends QueryResultRow>(
    snapshots: Snapshots,
    use: (rows: readonly Row[]) => void,
  ): Promise<void> {
    if (!snapshots.has(this.#database, this.#table)) return;
    this.#last ??= await this.#start(snapshots);
    const rows = await snapshots.rows<Row & { seq: string }>(
      this.#database,
      `select seq, ${this.#columns} from ${this.#table} where seq > $1 or seq = any($2::bigint[])
       order by seq limit ${PAGE}`,
      [this.#last, [...this.#gaps.keys()]],
    );
    use(rows);
    this.#note(
      rows.map((row) => Number(row.seq)),
      snapshots.at,
    );
  }

  async #start(snapshots: Snapshots): Promise<number> {
    const [row] = await snapshots.rows<{ last: string }>(
      this.#database,
      `select coalesce(max(seq), 0) as last from ${this.#table}`,
    );
    return Math.max(0, Number(row?.last ?? 0) - LOOK_BACK);
  }

  #note(seen: readonly number[], now: number): void {
    let expected = (this.#last ?? 0) + 1;
    for (const seq of seen) {
      this.#gaps.delete(seq);
      for (; expected < seq; expected++) this.#gaps.set(expected, now);
      expected = Math.max(expected, seq + 1);
    }
    this.#last = expected - 1;
    for (const [seq, since] of this.#gaps) if (now - since > GAP_LIFE_MS) this.#gaps.delete(seq);
  }
}
