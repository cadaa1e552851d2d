import type { SagaMode } from '../events/shop-event.ts';
import { SAGA_TYPE } from '../events/steps.ts';
import { carriedBy } from '../kit/correlation.ts';
import type { Sql } from '../kit/database.ts';
import type { JournalRow, SagaOutcome } from './saga/port.ts';
import { announceAgain } from './saga/telemetry.ts';

/**
 * What a killed process takes with it: rows that were committed and whose events still waited to be exported. It holds
 * them for 75 ms as a rule, for an export's timeout (3 s) and some tries while the collector is away, and goes on for
 * the lifeline's 3 s when the launcher is killed and the collector ends first.
 */
const HELD_SECONDS = 15;
/** Of each book, the newest. The exporter keeps 8,192 records. */
const MOST = 2_000;

interface Written extends Omit<JournalRow, 'at'> {
  sagaId: string;
  orderId: string;
  type: string;
  mode: SagaMode;
  outcome: SagaOutcome | null;
  amount: number | null;
  carrier: Record<string, string>;
  at: Date;
}

/** The last rows of a book that were there before this life, in their order. `$1`: its begin, epoch ms. */
const lastOf = (book: string) => `
  with newest as (select * from ${book} where at < to_timestamp($1 / 1000.0) order by seq desc limit ${MOST}),
  last as (select * from newest where at > (select max(at) from newest) - interval '${HELD_SECONDS} seconds')`;

const JOURNAL = `${lastOf('saga_step')}
  select s.id as "sagaId", s.order_id as "orderId", s.type, s.mode, s.outcome, s.carrier,
    (s.input ->> 'amount')::float8 as amount,
    last.step, last.kind, last.status, last.attempt, last.epoch, last.owner, last.key, last.detail, last.at
  from last join saga s on s.id = last.saga_id order by last.seq`;

const CHOREOGRAPHED = `${lastOf('choreography_step')}
  select c.saga_id as "sagaId", c.order_id as "orderId", '${SAGA_TYPE}' as type, 'choreographed' as mode, c.outcome, c.carrier,
    c.amount::float8 as amount,
    last.step, last.kind, last.status, last.attempt, 1 as epoch, last.owner, last.key, last.detail, last.at
  from last join choreography c on c.saga_id = last.saga_id order by last.seq`;

/**
 * Says again what the journals got last before `bornAt` (epoch ms): the journal is the truth, and its events may have
 * died with the process that wrote it. Whoever stores them knows an event by its saga, instant and step, and keeps one.
 * Gives the number of rows.
 */
export async function retell(sql: Sql, bornAt: number): Promise<number> {
  const [journal, choreographed] = await Promise.all([
    sql.query<Written & Record<string, unknown>>(JOURNAL, [bornAt]),
    sql.query<Written & Record<string, unknown>>(CHOREOGRAPHED, [bornAt]),
  ]);
  const written = [...journal, ...choreographed];
  for (const { amount, outcome, carrier, at, ...rest } of written) {
    carriedBy(carrier, () =>
      announceAgain(
        { ...rest, at: at.getTime() },
        {
          ...rest,
          ...(rest.status === 'STARTED' && amount !== null ? { amount } : {}),
          ...(rest.status === 'ENDED' && outcome !== null ? { outcome } : {}),
        },
      ),
    );
  }
  return written.length;
}
