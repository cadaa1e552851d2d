import type { Database, Sql } from '../../kit/database.ts';
import type { JournalRow, SagaOutcome } from './port.ts';
import type { StepInput } from './steps.ts';

export const SAGA_TYPE = 'create-order';

/** Somebody else owns the saga by now (a higher epoch): this writer must stop. */
export class Fenced extends Error {
  constructor(sagaId: string, epoch: number) {
    super(`saga ${sagaId} was taken over: epoch ${epoch} may not write any more`);
    this.name = 'Fenced';
  }
}

/** The right to write one saga. */
export interface Claim {
  sagaId: string;
  orderId: string;
  epoch: number;
  owner: string;
  /** W3C context of the request that started it. */
  carrier: Record<string, string>;
}

/** The order a saga is about, and whether its owner wants it undone. */
export interface SagaOrder {
  input: StepInput;
  cancelRequested: boolean;
}

export interface SagaHead {
  orderId: string;
  type: string;
  mode: string;
  epoch: number;
  stuck: boolean;
  outcome: SagaOutcome | null;
}

interface RawRow extends Omit<JournalRow, 'at'> {
  at: Date;
}

/** All SQL of the saga journal. Leases are judged by the database's clock, the only one all owners share. */
export class Journal {
  readonly #db: Database;
  readonly #leaseSeconds: number;

  constructor(db: Database, leaseMs: number) {
    this.#db = db;
    this.#leaseSeconds = leaseMs / 1000;
  }

  /**
   * Appends rows if the claim still holds, else throws Fenced; renews the lease with it. One statement, so the rows are
   * there together or not at all. With `end` the saga ends in the same moment. Gives whether its owner wants it undone.
   */
  async append(
    sql: Sql,
    claim: Claim,
    rows: readonly JournalRow[],
    end: SagaOutcome | null = null,
  ): Promise<boolean> {
    const [answer] = await sql.query<{ cancel_requested: boolean }>(
      `with fence as (
         update saga set lease_until = now() + make_interval(secs => $4), due_at = null,
           outcome = $6, ended_at = case when $6::text is null then null else clock_timestamp() end,
           stuck = stuck and $6::text is null
         where id = $1 and epoch = $2 and owner = $3 and ended_at is null returning id, cancel_requested),
       written as (
         insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail, at)
         select fence.id, r.step, r.kind, r.status, r.attempt, $2, $3, r.key, left(r.detail, 500),
           to_timestamp(r.at / 1000.0)
         from fence, jsonb_to_recordset($5) as r
           (step text, kind text, status text, attempt int, key text, detail text, at double precision))
       select cancel_requested from fence`,
      [claim.sagaId, claim.epoch, claim.owner, this.#leaseSeconds, JSON.stringify(rows), end],
    );
    if (!answer) throw new Fenced(claim.sagaId, claim.epoch);
    return answer.cancel_requested;
  }

  async rows(sql: Sql, sagaId: string): Promise<JournalRow[]> {
    const rows = await sql.query<RawRow>(
      `select step, kind, status, attempt, epoch, owner, key, detail, at from saga_step
       where saga_id = $1 order by seq`,
      [sagaId],
    );
    return rows.map((row) => ({ ...row, at: row.at.getTime() }));
  }

  async order(sagaId: string): Promise<SagaOrder | null> {
    const [row] = await this.#db.query<StepInput & { cancelRequested: boolean }>(
      `select o.id as "orderId", o.user_id as "userId", o.sku, o.quantity, o.amount::int, o.card_token as "cardToken",
              o.address, o.mode, s.cancel_requested as "cancelRequested"
       from saga s join orders o on o.id = s.order_id where s.id = $1`,
      [sagaId],
    );
    return row ? { input: row, cancelRequested: row.cancelRequested } : null;
  }

  async cancelRequested(sagaId: string): Promise<boolean> {
    const rows = await this.#db.query('select 1 from saga where id = $1 and cancel_requested', [sagaId]);
    return rows.length > 0;
  }

  /** Lets go of a saga until `ms` milliseconds from now; whoever polls then takes it. */
  async park(claim: Claim, ms: number): Promise<void> {
    await this.#db.query(
      `update saga set due_at = now() + make_interval(secs => $4)
       where id = $1 and epoch = $2 and owner = $3 and ended_at is null`,
      [claim.sagaId, claim.epoch, claim.owner, ms / 1000],
    );
  }

  async markStuck(claim: Claim): Promise<void> {
    await this.#db.query('update saga set stuck = true where id = $1 and epoch = $2', [
      claim.sagaId,
      claim.epoch,
    ]);
  }

  /** Notes the wish to cancel and wakes a parked saga; false if the saga has ended. */
  async requestCancel(sql: Sql, sagaId: string): Promise<boolean> {
    const rows = await sql.query(
      `with asked as (
         update saga set cancel_requested = true, due_at = case when due_at is null then null else now() end
         where id = $1 and ended_at is null returning id, epoch, owner)
       insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail)
       select id, '', '', 'CANCEL_REQUESTED', 0, epoch, owner, '', 'asked for by its owner' from asked
       returning seq`,
      [sagaId],
    );
    return rows.length > 0;
  }

  async head(sql: Sql, sagaId: string): Promise<SagaHead | null> {
    const [row] = await sql.query<SagaHead>(
      `select order_id as "orderId", type, mode, epoch, stuck, outcome from saga where id = $1`,
      [sagaId],
    );
    return row ?? null;
  }

  async renew(owner: string, sagaIds: readonly string[]): Promise<void> {
    await this.#db.query(
      `update saga set lease_until = now() + make_interval(secs => $3)
       where id = any($2) and owner = $1 and ended_at is null and due_at is null`,
      [owner, sagaIds, this.#leaseSeconds],
    );
  }

  /** Takes sagas that are due (parked) or orphaned (lease over). A change of owner raises the epoch. */
  async claim(owner: string, limit: number): Promise<{ claim: Claim; orphaned: boolean }[]> {
    const rows = await this.#db.query<{
      id: string;
      order_id: string;
      epoch: number;
      carrier: Record<string, string>;
      orphaned: boolean;
    }>(
      `with open as (
         select id, due_at is null as orphaned from saga
         where ended_at is null and (due_at <= now() or (due_at is null and lease_until < now()))
         order by created_at limit $2 for update skip locked)
       update saga s
       set epoch = case when s.owner = $1 and not open.orphaned then s.epoch else s.epoch + 1 end,
           owner = $1, due_at = null, lease_until = now() + make_interval(secs => $3)
       from open where s.id = open.id
       returning s.id, s.order_id, s.epoch, s.carrier, open.orphaned`,
      [owner, limit, this.#leaseSeconds],
    );
    return rows.map((row) => ({
      claim: { sagaId: row.id, orderId: row.order_id, epoch: row.epoch, owner, carrier: row.carrier },
      orphaned: row.orphaned,
    }));
  }

  /** Ends the leases of this instance's former lives: it knows that they are over. */
  async expireFormerLives(instance: string, owner: string): Promise<void> {
    await this.#db.query(
      `update saga set lease_until = now() - interval '1 second'
       where ended_at is null and due_at is null and owner <> $2 and split_part(owner, '/', 1) = $1`,
      [instance, owner],
    );
  }
}
