import type { Sql } from '../database.ts';
import { EVENT_COLUMNS, type EventRow, type StoredEvent, toStoredEvent } from './event.ts';

/**
 * A number is drawn when an event is written and becomes visible when its transaction commits, so numbers become visible
 * out of order: whoever reads "all after the last I saw" loses those that commit late. Waiting for `pg_snapshot_xmin`
 * would be safe, and would stand still while anybody has a transaction open in *any* database of the server.
 *
 * So each appender says, before it draws, from which number on it may write: with a shared advisory lock that carries
 * the number and goes away with its transaction. Advisory locks belong to one database. A reader looks at the newest
 * number first, then at the locks: what is not above either of them has been decided.
 */
const LOCK_CLASS = 0x5347;
const NUMBER_BITS = 40;
const NEWEST = 'select case when is_called then last_value else 0 end from event_seq_seq';

/** A subquery that announces an appender; has to be evaluated before a number is drawn. */
export const APPENDING = `select pg_advisory_xact_lock_shared((${LOCK_CLASS}::bigint << ${NUMBER_BITS}) + (${NEWEST})) offset 0`;

const LOCK_KEY = '((classid::bigint << 32) | objid::bigint)';
const OLDEST_APPENDING = `
  select min(${LOCK_KEY} & ((1::bigint << ${NUMBER_BITS}) - 1)) as n from pg_locks
  where locktype = 'advisory' and objsubid = 1 and ${LOCK_KEY} >> ${NUMBER_BITS} = ${LOCK_CLASS}
    and database = (select oid from pg_database where datname = current_database())`;

export interface FeedPage {
  events: StoredEvent[];
  /** Read on after this number: nothing at or below it will still appear. */
  next: number;
  /** The highest number that anybody had drawn. What is between `next` and it may still appear. */
  newest: number;
}

/** The next events of all streams in order of their numbers; an event whose transaction commits late is not missed. */
export async function readFeed(sql: Sql, after: number, limit: number): Promise<FeedPage> {
  const newest = (await numberOf(sql, `select (${NEWEST}) as n`)) ?? 0;
  const appending = await numberOf(sql, OLDEST_APPENDING);
  const decided = Math.min(newest, appending ?? Number.POSITIVE_INFINITY);
  const rows = await sql.query<EventRow>(
    `select ${EVENT_COLUMNS} from event where seq > $1 and seq <= $2 order by seq limit $3`,
    [after, decided, limit],
  );
  const events = rows.map(toStoredEvent);
  const last = events.at(-1);
  return { events, newest, next: last && events.length === limit ? last.seq : Math.max(after, decided) };
}

async function numberOf(sql: Sql, text: string): Promise<number | null> {
  const [row] = await sql.query<{ n: string | null }>(text);
  return row?.n == null ? null : Number(row.n);
}
