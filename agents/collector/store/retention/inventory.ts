import type { Maintenance } from './maintenance.ts';
import { rowsOf } from './maintenance.ts';
import type { RawTable } from './raw-tables.ts';

/** One day of one table. */
export interface Partition {
  table: string;
  /** The partition's id: `20261121`. */
  day: string;
  /** Epoch seconds, the end exclusive: a day is one of the store's time zone, which is UTC only where the engine is ours. */
  from: number;
  to: number;
  rows: number;
  bytes: number;
}

/** What lies in the store, by table and day: from the list of parts, no row is read. */
export class Inventory {
  readonly partitions: readonly Partition[];

  constructor(partitions: readonly Partition[]) {
    this.partitions = partitions;
  }

  static async read(store: Maintenance): Promise<Inventory> {
    return new Inventory(
      await rowsOf<Partition>(
        store,
        `SELECT table, partition_id AS day, ${startOf('0')} AS from, ${startOf('1')} AS to,
           sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
         WHERE active AND database = currentDatabase() AND (startsWith(table, 'otel_') OR startsWith(table, 'stormglass_'))
         GROUP BY table, day ORDER BY day, table`,
      ),
    );
  }

  get bytes(): number {
    return this.partitions.reduce((sum, p) => sum + p.bytes, 0);
  }

  /** Oldest first. */
  get days(): string[] {
    return [...new Set(this.partitions.map((p) => p.day))].filter((day) => DAY.test(day)).sort();
  }

  /** When a day of this store begins and ends. */
  spanOf(day: string): { from: number; to: number } {
    return this.partitions.find((p) => p.day === day) ?? { from: 0, to: 0 };
  }

  on(table: string, day: string): Partition | undefined {
    return this.partitions.find((p) => p.table === table && p.day === day);
  }

  /** All rows of a table, and what one of them takes on disk with what goes with it from derived tables. */
  of({ name, derived }: RawTable): { rows: number; bytesPerRow: number } {
    const rows = this.partitions.filter((p) => p.table === name).reduce((sum, p) => sum + p.rows, 0);
    const bytes = this.partitions
      .filter((p) => p.table === name || derived.includes(p.table))
      .reduce((sum, p) => sum + p.bytes, 0);
    return { rows, bytesPerRow: rows === 0 ? 0 : bytes / rows };
  }
}

export const DAY = /^\d{8}$/;

/** Of the day so many days after that of `partition_id`. */
function startOf(later: string): string {
  return `toUnixTimestamp(toDateTime(YYYYMMDDToDate(toUInt32OrZero(partition_id)) + ${later}))`;
}

export function dayBefore(day: string): string {
  const before = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)) - 1);
  return new Date(before).toISOString().slice(0, 10).replaceAll('-', '');
}
