import type { Sql } from '../database.ts';
import { EVENT_COLUMNS, type EventRow, type StoredEvent, toStoredEvent } from './event.ts';

/** How the state of a stream follows from its events. */
export interface Fold<State> {
  /** Has to change when `apply` does: snapshots which another fold has made are not read. */
  readonly name: string;
  readonly empty: State;
  apply(state: State, event: StoredEvent): State;
  /** Reads a state back that was kept as JSON. */
  restore(json: unknown): State;
  /** A snapshot is kept whenever so many events have come since the last. */
  readonly snapshotEvery: number;
}

export interface Folded<State> {
  stream: string;
  state: State;
  /** Of the last event folded; 0 for a stream without any. */
  version: number;
}

/** A point in a stream's past: up to a version, or up to an instant of the database's clock. */
export type Until = { version: number } | { at: Date };

interface SnapshotRow {
  version: number;
  state: unknown;
}

/** Folds a stream, to its end or to a point in its past, beginning at the newest snapshot before that. */
export async function readFolded<State>(
  sql: Sql,
  fold: Fold<State>,
  stream: string,
  until?: Until,
): Promise<Folded<State>> {
  const { version, at } = boundsOf(until);
  const [snapshot] = await sql.query<SnapshotRow>(
    `select version, state from snapshot
     where stream = $1 and fold = $2 and version <= coalesce($3, version) and at <= coalesce($4, at)
     order by version desc limit 1`,
    [stream, fold.name, version, at],
  );
  const start = snapshot
    ? { stream, state: fold.restore(snapshot.state), version: snapshot.version }
    : { stream, state: fold.empty, version: 0 };
  return foldOn(fold, start, await readStream(sql, stream, until, start.version));
}

/** The events of a stream in order, after a version and up to a point. */
export async function readStream(sql: Sql, stream: string, until?: Until, after = 0): Promise<StoredEvent[]> {
  const { version, at } = boundsOf(until);
  const rows = await sql.query<EventRow>(
    `select ${EVENT_COLUMNS} from event
     where stream = $1 and version > $2 and version <= coalesce($3, version) and at <= coalesce($4, at)
     order by version`,
    [stream, after, version, at],
  );
  return rows.map(toStoredEvent);
}

/** Several streams to their ends in one query, without their snapshots: for short ones. */
export async function readManyFolded<State>(
  sql: Sql,
  fold: Fold<State>,
  streams: readonly string[],
): Promise<Folded<State>[]> {
  const rows = await sql.query<EventRow>(
    `select ${EVENT_COLUMNS} from event where stream = any($1) order by stream, version`,
    [streams],
  );
  const byStream = Map.groupBy(rows.map(toStoredEvent), (event) => event.stream);
  return streams.map((stream) =>
    foldOn(fold, { stream, state: fold.empty, version: 0 }, byStream.get(stream) ?? []),
  );
}

function foldOn<State>(
  fold: Fold<State>,
  folded: Folded<State>,
  events: readonly StoredEvent[],
): Folded<State> {
  return {
    stream: folded.stream,
    state: events.reduce((state, event) => fold.apply(state, event), folded.state),
    version: events.at(-1)?.version ?? folded.version,
  };
}

/** Keeps a snapshot if one became due between two versions of a stream; for the transaction that has just appended. */
export async function keepSnapshot<State>(
  sql: Sql,
  fold: Fold<State>,
  stream: string,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const generation = (version: number) => Math.floor(version / fold.snapshotEvery);
  if (generation(to) === generation(from)) return;
  const { state, version } = await readFolded(sql, fold, stream, { version: to });
  await sql.query(
    `insert into snapshot (stream, fold, version, state, at)
     select stream, $2, version, $4, at from event where stream = $1 and version = $3 on conflict do nothing`,
    [stream, fold.name, version, JSON.stringify(state)],
  );
}

function boundsOf(until: Until | undefined): { version: number | null; at: Date | null } {
  if (until === undefined) return { version: null, at: null };
  return 'version' in until ? { version: until.version, at: null } : { version: null, at: until.at };
}
