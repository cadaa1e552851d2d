import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';

/**
 * Append-only witnesses. They are written before the reply, so that a lost reply leaves the truth here. The unique
 * (kind, reference) makes each entry single however often it is asked for.
 */
const TABLES = ['provider_statement', 'carrier_statement', 'mail_statement'] as const;
export type StatementTable = (typeof TABLES)[number];

export const STATEMENT_SCHEMA = `
  create table if not exists reference (
    statement text not null,
    id text not null,
    state text not null check (state in ('done', 'undone', 'voided')),
    amount bigint not null,
    primary key (statement, id)
  );
  ${TABLES.map(
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
  ).join(';')}`;

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

/** Writes the `does` entry, or finds it there. A reference undone or voided before is refused. One atomic statement. */
export async function perform(db: Database, thing: Reversible, entry: Omit<Entry, 'kind'>): Promise<void> {
  const [now] = await db.query<{ state: string }>(
    `with now as (
       insert into reference as r (statement, id, state, amount) values ('${thing.table}', $1, 'done', $3)
       on conflict (statement, id) do update set state = r.state returning r.state, r.amount),
     entry as (
       insert into ${thing.table} (kind, reference, order_id, amount)
       select '${thing.does}', $1, $2, amount from now where state = 'done' on conflict (kind, reference) do nothing)
     select state from now`,
    [entry.reference, entry.orderId, entry.amount],
  );
  if (now?.state === 'done') return;
  throw new ShopError(
    'already_compensated',
    `${entry.reference} was taken back before`,
    'Use a new reference for a new request.',
  );
}

/** Undoes what was performed, or voids what never came, so that it is refused if it comes late. */
export async function reverse(
  db: Database,
  thing: Reversible,
  target: Pick<Entry, 'reference' | 'orderId'>,
): Promise<{ undone: boolean; amount: number }> {
  const [now] = await db.query<{ state: string; amount: string }>(
    `with now as (
       insert into reference as r (statement, id, state, amount) values ('${thing.table}', $1, 'voided', 0)
       on conflict (statement, id) do update set state = case r.state when 'done' then 'undone' else r.state end
       returning r.state, r.amount),
     entry as (
       insert into ${thing.table} (kind, reference, order_id, amount)
       select case state when 'undone' then '${thing.undoes}' else '${thing.voids}' end, $1, $2, amount from now
       on conflict (kind, reference) do nothing)
     select state, amount from now`,
    [target.reference, target.orderId],
  );
  return { undone: now?.state === 'undone', amount: Number(now?.amount ?? 0) };
}

/** An entry that is there already stays as it is. */
export async function append(sql: Database, table: StatementTable, entry: Entry): Promise<void> {
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
