import { STEP_OWNERS, type StepName } from '../../events/steps.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Sql } from '../../kit/database.ts';
import { STATUS_OF, wordsOf } from '../saga/intervene.ts';
import type { Intervention, JournalRow, StuckSaga } from '../saga/port.ts';
import { stuckRow } from '../saga/stuck.ts';
import { type Page, row, STEPS } from './reading.ts';
import { nowOf } from './rows.ts';

/** The last step of a cancelled saga whose participant has not said that nothing of it is left. */
export function silentStep({ settled, undone }: Page): StepName | null {
  if (settled !== 'CANCELLED') return null;
  return STEPS.findLast((step) => !undone.includes(step)) ?? null;
}

/** The step that waits for a person. Its participant's answer may carry an earlier time than the row that says so. */
export function stuckStep({ rows, undone }: Page): StepName | null {
  const stuck = STEPS.find((step) => step === stuckRow(rows)?.step);
  return stuck === undefined || undone.includes(stuck) ? null : stuck;
}

function rowNow(page: Page, step: StepName, status: JournalRow['status'], detail: string, clock: Clock) {
  const at = new Date(nowOf(page, clock)).toISOString();
  return { ...row({ sagaId: page.sagaId, at }, step, 'compensate', status, detail), attempt: 0 };
}

export function stuckNow(page: Page, step: StepName, afterMs: number, clock: Clock): JournalRow {
  const detail = `${STEP_OWNERS[step]} has not undone it after ${Math.round(afterMs / 1_000)} s; trying on`;
  return rowNow(page, step, 'STUCK', detail, clock);
}

/** A person's decision. Throws `invalid_request` when it has no reason and needs one. */
export function decided(page: Page, step: StepName, intervention: Intervention, clock: Clock): JournalRow {
  const written = rowNow(page, step, STATUS_OF[intervention.do], wordsOf(intervention), clock);
  return { ...written, owner: `person/${intervention.who}`, key: '' };
}

/** Cancelled sagas of which somebody owes an answer for so long, since the order turned or a person had it tried again. */
export async function findSilent(sql: Sql, afterMs: number, limit: number): Promise<string[]> {
  const rows = await sql.query<{ saga_id: string }>(
    `select c.saga_id from choreography c
     where c.ended_at is null and c.settled = 'CANCELLED' and not c.stuck
       and (select max(at) from choreography_step s where s.saga_id = c.saga_id
         and s.status in ('GIVE_UP', 'RETRIED', 'SKIPPED', 'RESOLVED')) < now() - make_interval(secs => $1)
     order by c.created_at limit $2`,
    [afterMs / 1_000, limit],
  );
  return rows.map((each) => each.saga_id);
}

/** The choreographed part of the manual-intervention queue, oldest first. Attempts: how often the participant was told. */
export async function listStuck(sql: Sql, type: string, limit: number): Promise<StuckSaga[]> {
  const rows = await sql.query<Omit<StuckSaga, 'type' | 'kind' | 'stuckSince'> & { at: Date }>(
    `select c.saga_id as "sagaId", c.order_id as "orderId", s.step, s.detail, s.at, c.told + 1 as attempts
     from choreography c join lateral (select step, detail, at from choreography_step
       where saga_id = c.saga_id and status = 'STUCK' order by at desc, seq desc limit 1) s on true
     where c.stuck and c.ended_at is null order by s.at limit $1`,
    [limit],
  );
  return rows.map(({ at, ...said }) => ({ ...said, type, kind: 'compensate', stuckSince: at.getTime() }));
}
