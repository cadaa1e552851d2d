import type { StepName } from '../../events/steps.ts';
import { carry } from '../../kit/correlation.ts';
import type { Sql, Tx } from '../../kit/database.ts';
import type { OrderEnd } from '../order/order.ts';
import type { JournalRow, SagaOutcome } from '../saga/port.ts';
import type { Page } from './reading.ts';

/** A page with what its entries are told with. */
export interface OpenPage extends Page {
  amount: number;
  /** W3C context of the request that placed the order. */
  carrier: Record<string, string>;
  outcome: SagaOutcome | null;
}

interface PageRow extends Record<string, unknown> {
  order_id: string;
  amount: string;
  carrier: Record<string, string>;
  settled: OrderEnd['status'] | null;
  cause: string | null;
  undone: StepName[];
  outcome: SagaOutcome | null;
}

/** Rows of the saga `$1`, as JSON in `$2`. */
const WRITTEN = `written as (
  insert into choreography_step (saga_id, step, kind, status, attempt, owner, key, detail, at)
  select $1, r.step, r.kind, r.status, r.attempt, r.owner, r.key, left(r.detail, 500), to_timestamp(r.at / 1000.0)
  from jsonb_to_recordset($2) as r
    (step text, kind text, status text, attempt int, owner text, key text, detail text, at double precision))`;

/** Begins the book of a saga, in the transaction that places its order. */
export async function beginPage(
  tx: Tx,
  { sagaId, orderId, amount }: { sagaId: string; orderId: string; amount: number },
  rows: readonly JournalRow[],
): Promise<void> {
  await tx.query(
    `with ${WRITTEN} insert into choreography (saga_id, order_id, amount, carrier) values ($1, $3, $4, $5)`,
    [sagaId, JSON.stringify(rows), orderId, amount, JSON.stringify(carry())],
  );
}

/** Reads a page; `lock` keeps others from it until the transaction ends, so that events of one saga follow each other. */
export async function readPage(sql: Sql, sagaId: string, lock = false): Promise<OpenPage | null> {
  const [head] = await sql.query<PageRow>(
    `select order_id, amount, carrier, settled, cause, undone, outcome from choreography where saga_id = $1
     ${lock ? 'for update' : ''}`,
    [sagaId],
  );
  if (!head) return null;
  const rows = await sql.query<Omit<JournalRow, 'at' | 'epoch'> & { at: Date }>(
    `select step, kind, status, attempt, owner, key, detail, at from choreography_step
     where saga_id = $1 order by at, seq`,
    [sagaId],
  );
  const { order_id: orderId, amount, ...rest } = head;
  const journal = rows.map((row) => ({ ...row, epoch: 1, at: row.at.getTime() }));
  return { ...rest, sagaId, orderId, amount: Number(amount), rows: journal };
}

/** Writes new rows of a page, and what has changed on it. */
export async function turnPage(
  tx: Tx,
  { sagaId, settled, cause, undone }: Page,
  rows: readonly JournalRow[],
  { outcome, stuck }: { outcome: SagaOutcome | null; stuck: boolean },
): Promise<void> {
  await tx.query(
    `with ${WRITTEN}
     update choreography set settled = $3, cause = $4, undone = $5, outcome = $6, stuck = $7,
       told_at = case when settled is null and $3 = 'CANCELLED' then clock_timestamp() else told_at end,
       ended_at = case when $6::text is null then null else coalesce(ended_at, clock_timestamp()) end
     where saga_id = $1`,
    [sagaId, JSON.stringify(rows), settled, cause, undone, outcome, stuck],
  );
}

/** Sagas whose order is pending so long after its start. */
export async function findOverdue(sql: Sql, deadlineMs: number, limit: number): Promise<string[]> {
  const rows = await sql.query<{ saga_id: string }>(
    `select saga_id from choreography
     where ended_at is null and settled is null and created_at < now() - make_interval(secs => $1)
     order by created_at limit $2`,
    [deadlineMs / 1000, limit],
  );
  return rows.map((row) => row.saga_id);
}

/** Cancelled sagas of which somebody has not said that nothing is left; each is due again after twice the time. */
export async function takeUnanswered(tx: Tx, afterMs: number, limit: number): Promise<string[]> {
  const rows = await tx.query<{ saga_id: string }>(
    `update choreography set told = told + 1, told_at = clock_timestamp()
     where saga_id in (select saga_id from choreography
       where ended_at is null and settled = 'CANCELLED'
         and told_at < now() - make_interval(secs => $1 * power(2, least(told, 5)))
       order by created_at limit $2 for update skip locked)
     returning saga_id`,
    [afterMs / 1000, limit],
  );
  return rows.map((row) => row.saga_id);
}
