import type { Database, Sql } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';

/**
 * Append-only witnesses. They are written before the reply, so that a lost reply leaves the truth here. The unique
 * (kind, reference) makes each entry single however often it is asked for.
 */
const TABLES = ['provider_statement', 'carrier_statement', 'mail_statement'] as const;
export type StatementTable = (typeof TABLES)[number];

export const STATEMENT_SCHEMA = TABLES.map(
  (table) => `
  create table if not exists ${table} (
    seq bigserial primary key,
    kind text not null,
    reference text not null,
    order_id text not null,
    amount bigint not null default 0,
    at timestamptz not null default clock_timestamp(),
    unique (kind, reference)
  );
  create index if not exists ${table}_order on ${table} (order_id)`,
).join(';');

export interface Entry {
  kind: string;
  reference: string;
  orderId: string;
  /** Cents; 0 where no money moves. */
  amount: number;
}

/** One thing done and undone: `does` is refused after its `undoes` or `voids`. */
export interface Reversible {
  table: StatementTable;
  does: string;
  undoes: string;
  voids: string;
}

/** Writes the `does` entry, or finds it there. A reference undone or voided before is refused. */
export function perform(db: Database, thing: Reversible, entry: Omit<Entry, 'kind'>): Promise<void> {
  return db.transaction(async (tx) => {
    const kinds = await lockReference(tx, thing.table, entry.reference);
    if (kinds.has(thing.undoes) || kinds.has(thing.voids)) {
      throw new ShopError(
        'already_compensated',
        `${entry.reference} was taken back before`,
        'Use a new reference for a new request.',
      );
    }
    if (!kinds.has(thing.does)) await append(tx, thing.table, { ...entry, kind: thing.does });
  });
}

/** Undoes what was performed, or voids what never came, so that it is refused if it comes late. */
export function reverse(
  db: Database,
  thing: Reversible,
  target: Pick<Entry, 'reference' | 'orderId'>,
): Promise<{ undone: boolean; amount: number }> {
  return db.transaction(async (tx) => {
    const kinds = await lockReference(tx, thing.table, target.reference);
    const amount = kinds.get(thing.does);
    if (amount === undefined) {
      if (!kinds.has(thing.voids)) await append(tx, thing.table, { ...target, kind: thing.voids, amount: 0 });
      return { undone: false, amount: 0 };
    }
    if (!kinds.has(thing.undoes)) await append(tx, thing.table, { ...target, kind: thing.undoes, amount });
    return { undone: true, amount };
  });
}

/** Amounts by kind of one reference, which nobody else can write until the transaction ends. */
async function lockReference(
  tx: Sql,
  table: StatementTable,
  reference: string,
): Promise<Map<string, number>> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${table}/${reference}`]);
  const rows = await tx.query<{ kind: string; amount: string }>(
    `select kind, amount from ${table} where reference = $1`,
    [reference],
  );
  return new Map(rows.map((row) => [row.kind, Number(row.amount)]));
}

/** An entry that is there already stays as it is. */
export async function append(sql: Sql, table: StatementTable, entry: Entry): Promise<void> {
  await sql.query(
    `insert into ${table} (kind, reference, order_id, amount) values ($1, $2, $3, $4)
     on conflict (kind, reference) do nothing`,
    [entry.kind, entry.reference, entry.orderId, entry.amount],
  );
}

interface StatementRow {
  seq: string;
  kind: string;
  reference: string;
  order_id: string;
  amount: string;
  at: Date;
}

/** Entries in order of writing, of one order or the newest 1,000 of all. */
export async function readStatement(db: Database, table: StatementTable, orderId: string | undefined) {
  const columns = 'seq, kind, reference, order_id, amount, at';
  const rows =
    orderId === undefined
      ? await db.query<StatementRow>(
          `select * from (select ${columns} from ${table} order by seq desc limit 1000) newest order by seq`,
        )
      : await db.query<StatementRow>(`select ${columns} from ${table} where order_id = $1 order by seq`, [
          orderId,
        ]);
  return rows.map((row) => ({
    seq: Number(row.seq),
    kind: row.kind,
    reference: row.reference,
    orderId: row.order_id,
    amount: Number(row.amount),
    at: row.at.toISOString(),
  }));
}
