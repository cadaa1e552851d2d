import { unlessAway } from '../snapshot/database.ts';
import { GapCursor } from '../snapshot/gap-cursor.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';

/** An event in some owner's store. */
export interface LoggedEvent {
  database: string;
  id: string;
  stream: string;
  type: string;
  orderId: string;
  sagaId: string;
  mode: string;
  migrated: boolean;
  /** Epoch ms by its database's clock. */
  at: number;
}

interface Row {
  id: string;
  stream: string;
  type: string;
  order_id: string | null;
  saga_id: string | null;
  mode: string | null;
  migrated: boolean | null;
  at: Date;
}

const COLUMNS = `id, stream, type, at, meta->>'orderId' as order_id, meta->>'sagaId' as saga_id, meta->>'mode' as mode,
  data->>'sealedCard' = '' as migrated`;

/** New events of every database that has an event store. */
export class EventLog {
  readonly #cursors = new Map<string, GapCursor>();

  async read(snapshots: Snapshots): Promise<LoggedEvent[]> {
    const stores = snapshots.names.filter((name) => snapshots.has(name, 'event'));
    const read = await Promise.all(stores.map((database) => this.#readOne(snapshots, database)));
    return read.flat();
  }

  async #readOne(snapshots: Snapshots, database: string): Promise<LoggedEvent[]> {
    const cursor = this.#cursors.get(database) ?? new GapCursor(database, 'event', COLUMNS);
    this.#cursors.set(database, cursor);
    // One that goes away in between is read from where it was; the others' events must not be lost over it.
    const rows = await unlessAway(cursor.read<Row>(snapshots), []);
    return rows.map((row) => ({
      database,
      id: row.id,
      stream: row.stream,
      type: row.type,
      orderId: row.order_id ?? '',
      sagaId: row.saga_id ?? '',
      mode: row.mode ?? 'orchestrated',
      migrated: row.migrated === true,
      at: row.at.getTime(),
    }));
  }
}
