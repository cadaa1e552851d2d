import { unlessAway } from '../snapshot/database.ts';
import { GapCursor } from '../snapshot/gap-cursor.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import type { OrderFacts } from './facts.ts';

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

/** The event stores of all services. */
export class EventLog {
  readonly #cursors = new Map<string, GapCursor>();

  /** Gives new events to `use`; those of a database that cannot be read now come later. */
  async read(snapshots: Snapshots, use: (events: readonly LoggedEvent[]) => void): Promise<void> {
    const stores = snapshots.names.filter((name) => snapshots.has(name, 'event'));
    await Promise.all(stores.map((database) => this.#readOne(snapshots, database, use)));
  }

  async #readOne(
    snapshots: Snapshots,
    database: string,
    use: (events: readonly LoggedEvent[]) => void,
  ): Promise<void> {
    const cursor = this.#cursors.get(database) ?? new GapCursor(database, 'event', COLUMNS);
    this.#cursors.set(database, cursor);
    const reading = cursor.read<Row>(snapshots, (rows) => use(rows.map((row) => loggedIn(database, row))));
    await unlessAway(reading, undefined);
  }
}

/** All events of these streams, database -> stream -> order; without those of a database that cannot be read now. */
export async function eventsOf(
  snapshots: Snapshots,
  streams: ReadonlyMap<string, ReadonlyMap<string, OrderFacts>>,
): Promise<LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  for (const [database, owned] of streams) {
    if (!snapshots.has(database, 'event')) continue;
    const reading = snapshots.rows<Row>(database, `select ${COLUMNS} from event where stream = any($1)`, [
      [...owned.keys()],
    ]);
    for (const row of await unlessAway(reading, [])) {
      const migrated = owned.get(row.stream)?.migrated ?? false;
      found.push({ ...loggedIn(database, row), migrated });
    }
  }
  return found;
}

function loggedIn(database: string, row: Row): LoggedEvent {
  return {
    database,
    id: row.id,
    stream: row.stream,
    type: row.type,
    orderId: row.order_id ?? '',
    sagaId: row.saga_id ?? '',
    mode: row.mode ?? 'orchestrated',
    migrated: row.migrated === true,
    at: row.at.getTime(),
  };
}
