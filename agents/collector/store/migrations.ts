import type { TableOptions } from './tables.ts';

/**
 * The shape before shapes were recorded: a store without a record has it (earlier, each shape had a directory of its own). `../testing/schema/version-4.sql` is what made it.
 */
export const BASELINE = 4;

/** One step from the version before it. To add one: change tables.ts or views.ts, and say here what an old store lacks. */
export interface Migration {
  version: number;
  /**
   * What brings the store of the version before to this one. All are run again after a crash half way, so each must be
   * safe to repeat (ADD COLUMN IF NOT EXISTS; TRUNCATE before a table is filled from others). Tables that are new in
   * tables.ts have been made when it runs; views have been dropped and come after it, always all of them.
   */
  statements: (options: TableOptions) => readonly string[];
}

/** Forward only, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 5,
    statements: () => ['ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Overflow UInt8 AFTER DroppedLinksCount'],
  },
];

/** Of tables.ts as it is. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? BASELINE;
