import { randomUUID } from 'node:crypto';
import type { Sql } from '../database.ts';
import { EVENT_COLUMNS, type EventRow, type StoredEvent, toStoredEvent } from './event.ts';
import { APPENDING } from './feed.ts';

/**
 * The version at which a stream is to be; 0 for a new one. `any`: wherever it stands, for whoever holds the lock of its
 * aggregate's row since an earlier statement.
 */
export type ExpectedVersion = number | 'any';

/** Somebody else has written the stream since it was read: read it again and decide anew. */
export class VersionClash extends Error {
  readonly stream: string;
  readonly expected: ExpectedVersion;

  constructor(stream: string, expected: ExpectedVersion, options?: ErrorOptions) {
    super(`${stream} is not at version ${expected} any more`, options);
    this.name = 'VersionClash';
    this.stream = stream;
    this.expected = expected;
  }
}

export interface EventDraft {
  type: string;
  data: unknown;
}

export interface Append {
  stream: string;
  expected: ExpectedVersion;
  meta: Readonly<Record<string, string>>;
  events: readonly EventDraft[];
}

const NEWEST_VERSION = '(select max(version) from event where stream = $1)';

/**
 * Appends the events as the next versions, all or none, in one statement; throws VersionClash when `expected` is not
 * the stream's version. A clash inside a transaction ends it: what was decided on an old state must not commit.
 */
export async function appendEvents(sql: Sql, append: Append): Promise<StoredEvent[]> {
  const { stream, expected, meta } = append;
  const events = append.events.map((event) => ({ ...event, id: randomUUID() }));
  const appending = sql.query<EventRow>(
    `insert into event (seq, id, stream, version, type, data, meta)
     select nextval('event_seq_seq'), e.id, $1, coalesce($2, ${NEWEST_VERSION}, 0) + e.place, e.type, e.data, $3
     from (${APPENDING}) appending, rows from (jsonb_to_recordset($4) as (id uuid, type text, data jsonb))
       with ordinality as e (id, type, data, place)
     where coalesce($2, 0) = 0 or exists (select from event where stream = $1 and version = $2)
     returning ${EVENT_COLUMNS}`,
    [stream, expected === 'any' ? null : expected, JSON.stringify(meta), JSON.stringify(events)],
  );
  const rows = await appending.catch((error: unknown) => {
    if (isTaken(error)) throw new VersionClash(stream, expected, { cause: error });
    throw error;
  });
  if (rows.length < events.length) throw new VersionClash(stream, expected);
  return rows.map(toStoredEvent).sort((a, b) => a.version - b.version);
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'event_stream_version_key';
}
