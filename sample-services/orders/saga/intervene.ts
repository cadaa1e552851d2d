import type { Database, Sql } from '../../kit/database.ts';
import { ShopError } from '../../kit/errors.ts';
import type { Journal } from './journal.ts';
import type { Intervention, JournalRow, JournalStatus, StuckSaga } from './port.ts';
import { stuckRow } from './stuck.ts';

export const STATUS_OF = {
  retry: 'RETRIED',
  skip: 'SKIPPED',
  resolve: 'RESOLVED',
} as const satisfies Record<Intervention['do'], JournalStatus>;

/**
 * Writes a person's decision about a stuck step, with who and why, under an epoch of its own: whoever drives the saga at
 * this moment is fenced out and cannot write over it. The saga is due at once. Gives the written row.
 */
export function intervene(
  db: Database,
  journal: Journal,
  sagaId: string,
  intervention: Intervention,
): Promise<JournalRow> {
  const { step, who } = intervention;
  const detail = wordsOf(intervention);
  return db.transaction(async (tx) => {
    // The row's lock keeps the driver's next write behind ours.
    await tx.query('select 1 from saga where id = $1 for update', [sagaId]);
    const stuck = stuckRow(await journal.rows(tx, sagaId));
    if (stuck?.step !== step) throw notStuck(sagaId, step);
    return writeDecision(tx, sagaId, stuck, {
      status: STATUS_OF[intervention.do],
      owner: `person/${who}`,
      detail,
    });
  });
}

/** A decision as it stands in the journal; refused without a reason unless it is to try again. */
export function wordsOf({ do: what, who, reason }: Intervention): string {
  const given = reason.trim() !== '';
  if (given || what === 'retry') return `${who}: ${given ? reason : what}`;
  throw new ShopError('invalid_request', `${what} needs a reason`, 'Say why; it goes into the journal.');
}

async function writeDecision(
  tx: Sql,
  sagaId: string,
  stuck: JournalRow,
  { status, owner, detail }: Pick<JournalRow, 'status' | 'owner' | 'detail'>,
): Promise<JournalRow> {
  const kind = stuck.kind === 'action' ? 'action' : 'compensate';
  const [row] = await tx.query<{ epoch: number; at: Date }>(
    `with taken as (
       update saga set epoch = epoch + 1, owner = $2, stuck = false, due_at = now()
       where id = $1 and ended_at is null returning id, epoch)
     insert into saga_step (saga_id, step, kind, status, attempt, epoch, owner, key, detail)
     select id, $3, $4, $5, 0, epoch, $2, '', left($6, 500) from taken returning epoch, at`,
    [sagaId, owner, stuck.step, kind, status, detail],
  );
  if (!row) throw notStuck(sagaId, stuck.step);
  return {
    ...{ step: stuck.step, kind, status, attempt: 0, owner, key: '', detail },
    ...{ epoch: row.epoch, at: row.at.getTime() },
  };
}

export function notStuck(sagaId: string, step: string): ShopError {
  return new ShopError(
    'not_stuck',
    `step ${step} of saga ${sagaId} is not stuck`,
    'Look at the saga again: it has moved on, or another step is stuck.',
  );
}

/** The manual-intervention queue, oldest first. */
export async function listStuck(db: Database, journal: Journal, limit: number): Promise<StuckSaga[]> {
  const heads = await db.query<{ id: string; orderId: string; type: string }>(
    `select id, order_id as "orderId", type from saga where stuck and ended_at is null order by created_at limit $1`,
    [limit],
  );
  const found = await Promise.all(
    heads.map(async ({ id, orderId, type }) => {
      const view = stuckView(await journal.rows(db, id));
      return view ? [{ sagaId: id, orderId, type, ...view }] : [];
    }),
  );
  return found.flat();
}

function stuckView(rows: readonly JournalRow[]): Omit<StuckSaga, 'sagaId' | 'orderId' | 'type'> | null {
  const stuck = stuckRow(rows);
  if (!stuck) return null;
  const kind = stuck.kind === 'action' ? 'action' : 'compensate';
  const tries = rows.filter((row) => row.step === stuck.step && row.kind === kind && row.attempt > 0);
  const failure = tries.findLast((row) => ['FAILED', 'AMBIGUOUS', 'NOT_SENT'].includes(row.status));
  return {
    ...{ step: stuck.step, kind, stuckSince: stuck.at },
    attempts: tries.reduce((max, row) => Math.max(max, row.attempt), 0),
    detail: failure?.detail ?? stuck.detail,
  };
}
