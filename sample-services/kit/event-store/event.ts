/** An event as its store holds it. */
export interface StoredEvent {
  /** Over all streams of one database; has gaps where a transaction was rolled back. */
  seq: number;
  id: string;
  stream: string;
  /** Counts the events of its stream, from 1, without gaps. */
  version: number;
  type: string;
  data: unknown;
  /** What the event is about, besides its stream. */
  meta: Readonly<Record<string, string>>;
  /** By the database's clock. */
  at: Date;
}

/** A row of `event` as the driver gives it. */
export interface EventRow extends Omit<StoredEvent, 'seq'> {
  seq: string;
}

export const EVENT_COLUMNS = 'seq, id, stream, version, type, data, meta, at';

export function toStoredEvent(row: EventRow): StoredEvent {
  return { ...row, seq: Number(row.seq) };
}
