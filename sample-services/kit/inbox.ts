import { metrics } from '@opentelemetry/api';
import { METRIC } from '@stormglass/agents/contract';
import type { Database, Sql, Tx } from './database.ts';
import { protects } from './protections.ts';
import type { Perishable } from './retention.ts';

export const INBOX_SCHEMA = `
  create table if not exists inbox (
    message_id text not null,
    consumer text not null,
    handled_at timestamptz not null default now(),
    primary key (message_id, consumer)
  );
  create index if not exists inbox_age on inbox using brin (handled_at)`;

/** How long it is remembered that a message was handled, days: a day longer than Kafka keeps what it could give again. */
export const MARKS_KEPT_DAYS = 8;
export const OLD_MARKS: Perishable = {
  table: 'inbox',
  over: `handled_at < now() - interval '${MARKS_KEPT_DAYS} days'`,
};

/** True if this consumer has finished this message before. */
export async function wasHandled(db: Sql, messageId: string, consumer: string): Promise<boolean> {
  if (!protects('inbox')) return false;
  const rows = await db.query('select 1 from inbox where message_id = $1 and consumer = $2', [
    messageId,
    consumer,
  ]);
  if (rows.length > 0) countDuplicate(consumer);
  return rows.length > 0;
}

/**
 * Runs `effect` in one transaction with the mark that the message was handled; a message handled before is left alone.
 * Gives whether the effect was applied.
 */
export function handleOnce(
  db: Database,
  messageId: string,
  consumer: string,
  effect: (tx: Tx) => Promise<void>,
): Promise<boolean> {
  return handleOnceWith(db, { messageId, consumer, needs: { select: '1 as nothing', values: [] } }, effect);
}

/** Select list of a single row, read in the statement that marks the message; its parameters begin at `$4`. */
export interface Needs {
  select: string;
  values: unknown[];
}

/** `handleOnce` for an effect that needs something of the database first. */
export function handleOnceWith<Row extends Record<string, unknown>>(
  db: Database,
  { messageId, consumer, needs }: { messageId: string; consumer: string; needs: Needs },
  effect: (tx: Tx, needed: Row) => Promise<void>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [needed] = await tx.query<Row>(
      `with marked as (
         insert into inbox (message_id, consumer) values ($1, $2) on conflict do nothing returning message_id)
       select ${needs.select} where exists (select from marked) or not $3`,
      [messageId, consumer, protects('inbox'), ...needs.values],
    );
    if (needed === undefined) {
      countDuplicate(consumer);
      return false;
    }
    await effect(tx, needed);
    return true;
  });
}

function countDuplicate(consumer: string): void {
  metrics
    .getMeter('stormglass.shop')
    .createCounter(METRIC.inboxDuplicates, { unit: '{message}' })
    .add(1, { 'messaging.consumer.group.name': consumer });
}
