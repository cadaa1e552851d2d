import type { SagaMode } from '../../events/shop-event.ts';
import type { Database, Sql } from '../../kit/database.ts';
import { protects } from '../../kit/protections.ts';
import type { SagaFlags } from './decide.ts';
import type { JournalRow, SagaOutcome } from './port.ts';

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
  type: string;
  epoch: number;
  owner: string;
  /** W3C context of the request that started it. */
  carrier: Record<string, string>;
}

export interface NewSaga {
  claim: Claim;
  mode: SagaMode;
  /** What its definition binds. */
  input: unknown;
  first: JournalRow;
  /** False parks it at once, due now, for whoever has a free slot. */
  driveNow: boolean;
}

/** A saga that was taken to be driven. */
export interface Taken {
  claim: Claim;
  input: unknown;
  flags: SagaFlags;
  /** Its former owner is gone. */
  orphaned: boolean;
}

export interface SagaHead {
  orderId: string;
  type: string;
  mode: SagaMode;
  epoch: number;
  stuck: boolean;
  overdue: boolean;
  outcome: SagaOutcome | null;
  /** What its definition binds. */
  input: unknown;
}

/** What is written together with rows. */
export interface Writing {
  stuck: boolean;
  /** Given: the saga ends in the same moment. */
  end: SagaOutcome | null;
}

/** Whose sagas: each engine claims and watches its own, others keep their book in the same tables. */
export type EngineName = 'journal' | 'dbos';

interface RawRow extends Omit<JournalRow, 'at'> {
  at: Date;
}

interface TakenRow {
  id: string;
  order_id: string;
  type: string;
  epoch: number;
  carrier: Record<string, string>;
  input: unknown;
  cancel_requested: boolean;
  overdue: boolean;
  orphaned: boolean;
}

/** All SQL of the saga journal. Leases are judged by the database's clock, the only one all owners share. */
export class Journal {
  readonly #db: Database;
  readonly #engine: EngineName;
  readonly #leaseSeconds: number;

  constructor(db: Database, engine: EngineName, leaseMs: number) {
    this.#db = db;
    this.#engine = engine;
    this.#leaseSeconds = leaseMs / 1000;
  }

  /** Commits a saga and its first row; false when there is one with that id already. */
  async insert(tx: Sql, { claim, mode, input, first, driveNow }: NewSaga): Promise<boolean> {
    const made = await tx.query(
      `with made as (
         insert into saga (id, type, mode, order_id, owner, epoch, lease_until, due_at, carrier, input, engine)
         values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7), case when $8 then null else now() end,
           $9, $10, $16) on conflict (id) do nothing returning id)
       insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail, at)
       select id, $11, '', $12, $13, $6, $5, '', $14, to_timestamp($15 / 1000.0) from made returning seq`,
      [
        ...[claim.sagaId, claim.type, mode, claim.orderId, claim.owner, claim.epoch, this.#leaseSeconds],
        ...[driveNow, JSON.stringify(claim.carrier), JSON.stringify(input)],
        ...[first.step, first.status, first.attempt, first.detail, first.at, this.#engine],
      ],
    );
    return made.length > 0;
  }

  /**
   * Appends rows if the claim still holds, else throws Fenced; renews the lease with it. One statement, so the rows are
   * there together or not at all. Gives what others have noted about the saga.
   */
  async append(
    sql: Sql,
    claim: Claim,
    rows: readonly JournalRow[],
    { stuck, end }: Writing,
  ): Promise<SagaFlags> {
    const [flags] = await sql.query<SagaFlags & Record<string, unknown>>(
      `with fence as (
         update saga set lease_until = now() + make_interval(secs => $4), due_at = null,
           outcome = coalesce($6, outcome), stuck = $7,
           ended_at = case when $6::text is null then ended_at else clock_timestamp() end
         where id = $1 and (not $8 or (epoch = $2 and owner = $3 and ended_at is null))
         returning id, cancel_requested, overdue),
       written as (
         insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail, at)
         select fence.id, r.step, r.kind, r.status, r.attempt, $2, $3, r.key, left(r.detail, 500),
           to_timestamp(r.at / 1000.0)
         from fence, jsonb_to_recordset($5) as r
           (step text, kind text, status text, attempt int, key text, detail text, at double precision))
       select cancel_requested as "cancelRequested", overdue from fence`,
      [
        ...[claim.sagaId, claim.epoch, claim.owner, this.#leaseSeconds, JSON.stringify(rows)],
        ...[end, stuck, protects('fencing')],
      ],
    );
    if (!flags) throw new Fenced(claim.sagaId, claim.epoch);
    return flags;
  }

  async rows(sql: Sql, sagaId: string): Promise<JournalRow[]> {
    const rows = await sql.query<RawRow>(
      `select step, kind, status, attempt, epoch, owner, key, detail, at from saga_step
       where saga_id = $1 order by seq`,
      [sagaId],
    );
    return rows.map((row) => ({ ...row, at: row.at.getTime() }));
  }

  async flags(sagaId: string): Promise<SagaFlags> {
    const [flags] = await this.#db.query<SagaFlags & Record<string, unknown>>(
      'select cancel_requested as "cancelRequested", overdue from saga where id = $1',
      [sagaId],
    );
    return flags ?? { cancelRequested: false, overdue: false };
  }

  /**
   * Lets go of a saga until `ms` milliseconds from now; whoever polls then takes it. At once if others have noted something
   * that its driver did not know (`known`) when it decided to wait: they woke nobody, it was being driven.
   */
  async park(claim: Claim, ms: number, known: SagaFlags): Promise<void> {
    await this.#db.query(
      `update saga set due_at = case when cancel_requested = $5 and overdue = $6
         then now() + make_interval(secs => $4) else now() end
       where id = $1 and epoch = $2 and owner = $3 and ended_at is null`,
      [claim.sagaId, claim.epoch, claim.owner, ms / 1000, known.cancelRequested, known.overdue],
    );
  }

  /** Notes the wish to cancel and wakes a parked saga; a second wish changes nothing. False if the saga has ended. */
  async requestCancel(sql: Sql, sagaId: string): Promise<boolean> {
    const open = await sql.query(
      `with asked as (
         update saga set cancel_requested = true, due_at = case when due_at is null then null else now() end
         where id = $1 and ended_at is null and not cancel_requested returning id, epoch, owner),
       noted as (
         insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail)
         select id, '', '', 'CANCEL_REQUESTED', 0, epoch, owner, '', 'asked for by its owner' from asked)
       select 1 from saga where id = $1 and ended_at is null`,
      [sagaId],
    );
    return open.length > 0;
  }

  /**
   * Marks sagas which have not ended so long after their start, whoever drives them and however it goes there, and wakes
   * parked ones. Gives the marked.
   */
  async markOverdue(deadlineMs: number): Promise<{ sagaId: string; row: JournalRow }[]> {
    const marked = await this.#db.query<RawRow & { sagaId: string }>(
      `with late as (
         update saga set overdue = true, due_at = case when due_at is null then null else now() end
         where ended_at is null and not overdue and engine = $3 and created_at < now() - make_interval(secs => $1)
         returning id, epoch, owner)
       insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail)
       select id, '', '', 'OVERDUE', 0, epoch, owner, '', $2 from late
       returning saga_id as "sagaId", step, kind, status, attempt, epoch, owner, key, detail, at`,
      [deadlineMs / 1000, `not ended ${deadlineMs / 1000} s after its start`, this.#engine],
    );
    return marked.map(({ sagaId, ...row }) => ({ sagaId, row: { ...row, at: row.at.getTime() } }));
  }

  async head(sql: Sql, sagaId: string): Promise<SagaHead | null> {
    const [row] = await sql.query<SagaHead>(
      `select order_id as "orderId", type, mode, epoch, stuck, overdue, outcome, input from saga where id = $1`,
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
  async claim(owner: string, limit: number): Promise<Taken[]> {
    const rows = await this.#db.query<TakenRow>(
      `with open as (
         select id, due_at is null as orphaned from saga
         where ended_at is null and engine = $5 and input is not null and ($4 or owner = $1)
           and (due_at <= now() or (due_at is null and lease_until < now() and $4))
         order by created_at limit $2 for update skip locked)
       update saga s
       set epoch = case when s.owner = $1 and not open.orphaned then s.epoch else s.epoch + 1 end,
           owner = $1, due_at = null, lease_until = now() + make_interval(secs => $3)
       from open where s.id = open.id
       returning s.id, s.order_id, s.type, s.epoch, s.carrier, s.input, s.cancel_requested, s.overdue, open.orphaned`,
      [owner, limit, this.#leaseSeconds, protects('journal-resume'), this.#engine],
    );
    return rows.map((row) => ({
      claim: {
        ...{ sagaId: row.id, orderId: row.order_id, type: row.type },
        ...{ epoch: row.epoch, owner, carrier: row.carrier },
      },
      input: row.input,
      flags: { cancelRequested: row.cancel_requested, overdue: row.overdue },
      orphaned: row.orphaned,
    }));
  }

  /** Ends the leases of this instance's former lives: it knows that they are over. */
  async expireFormerLives(instance: string, owner: string): Promise<void> {
    await this.#db.query(
      `update saga set lease_until = now() - interval '1 second'
       where ended_at is null and due_at is null and engine = $3 and owner <> $2 and split_part(owner, '/', 1) = $1`,
      [instance, owner, this.#engine],
    );
  }
}
