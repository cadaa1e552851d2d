import type { Clock } from '../../kit/clock.ts';
import type { Database, Tx } from '../../kit/database.ts';
import type { SagaFlags } from './decide.ts';
import type { Claim, Journal } from './journal.ts';
import type { JournalRow, SagaOutcome } from './port.ts';
import { stuckRow } from './stuck.ts';

export type NewRow = Pick<JournalRow, 'step' | 'kind' | 'status' | 'attempt' | 'key' | 'detail'>;

export interface TranscriptParts {
  db: Database;
  journal: Journal;
  clock: Clock;
  /** Told of each row after it is committed. */
  onRow(row: JournalRow, outcome: SagaOutcome | null): void;
}

/** One driver's hold on the journal of one saga: what is committed, what is decided but not yet written, what others noted. */
export class Transcript {
  readonly rows: JournalRow[];
  readonly claim: Claim;
  readonly #parts: TranscriptParts;
  #unwritten: JournalRow[] = [];
  #flags: SagaFlags;

  constructor(parts: TranscriptParts, claim: Claim, rows: JournalRow[], flags: SagaFlags) {
    this.#parts = parts;
    this.claim = claim;
    this.rows = rows;
    this.#flags = flags;
  }

  /** As of the last commit or look. */
  get flags(): SagaFlags {
    return this.#flags;
  }

  /** A row that the next commit takes along. */
  note(row: NewRow): void {
    const { epoch, owner } = this.claim;
    // Rows of one millisecond keep their order wherever they are sorted by time.
    const after = (this.rows.at(-1)?.at ?? 0) + 1;
    const full = { ...row, epoch, owner, at: Math.max(after, this.#parts.clock.now()) };
    this.rows.push(full);
    this.#unwritten.push(full);
  }

  async commit(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    const { db, journal } = this.#parts;
    const stuck = stuckRow(this.rows) !== null;
    this.#flags = await journal.append(db, this.claim, this.#unwritten, { stuck, end: null });
    this.#announce(null);
  }

  /** Commits what is noted together with the saga's end and whatever else `also` does in that transaction. */
  async end(outcome: SagaOutcome, also: (tx: Tx, flags: SagaFlags) => Promise<void>): Promise<void> {
    const { db, journal } = this.#parts;
    await db.transaction(async (tx) => {
      const flags = await journal.append(tx, this.claim, this.#unwritten, { stuck: false, end: outcome });
      await also(tx, flags);
    });
    this.#announce(outcome);
  }

  /** Reads what others have noted by now. */
  async look(): Promise<void> {
    this.#flags = await this.#parts.journal.flags(this.claim.sagaId);
  }

  /** Only what is committed is told. */
  #announce(outcome: SagaOutcome | null): void {
    const told = this.#unwritten;
    this.#unwritten = [];
    for (const row of told) this.#parts.onRow(row, row.status === 'ENDED' ? outcome : null);
  }
}

export function mark(step: string, status: JournalRow['status'], detail: string): NewRow {
  return { step, kind: '', status, attempt: 0, key: '', detail };
}
