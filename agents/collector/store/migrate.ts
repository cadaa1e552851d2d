import { createHash } from 'node:crypto';
import { StormglassError } from '../../contract/errors.ts';
import { BASELINE, MIGRATIONS, SCHEMA_VERSION } from './migrations.ts';
import { type TableOptions, tableStatements } from './tables.ts';
import { VIEW_STATEMENTS } from './views.ts';

/** One statement at a time on the database whose tables they are. */
export interface SchemaStore {
  run(sql: string): Promise<void>;
  rows<T>(sql: string): Promise<T[]>;
}

const RECORD = `CREATE TABLE IF NOT EXISTS stormglass_schema
  (Version UInt32, AppliedAt DateTime64(3, 'UTC') DEFAULT now64(3), Views String)
  ENGINE = MergeTree ORDER BY (Version, AppliedAt)`;
/** Recorded before a new store's first table, so that a crash among them is not taken for an old store. */
const BEGUN = 0;

/** Views are text derived from the code: whichever text made those that stand, another one makes them anew. */
const VIEWS = createHash('sha256').update(VIEW_STATEMENTS.join('\n')).digest('hex').slice(0, 16);
const OUR_VIEWS = `SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'stormglass_')
  AND engine IN ('View', 'MaterializedView')`;

/**
 * Brings a store of any older version to today's tables and views, a new one too. What a crash leaves half done is done
 * again by the next call. A store of a newer version is refused.
 */
export async function migrate(store: SchemaStore, options: TableOptions): Promise<void> {
  const found = await recorded(store);
  if (found.version > SCHEMA_VERSION) throw tooNew(found.version);
  if (found.version === SCHEMA_VERSION && found.views === VIEWS) return;
  await store.run(RECORD);
  await record(store, found.version, '');
  for (const { name } of await store.rows<{ name: string }>(OUR_VIEWS)) {
    await store.run(`DROP VIEW IF EXISTS ${name}`);
  }
  for (const statement of tableStatements(options)) await store.run(statement);
  for (const { version, statements } of stepsAfter(found.version)) {
    for (const statement of statements(options)) await store.run(statement);
    await record(store, version, '');
  }
  for (const statement of VIEW_STATEMENTS) await store.run(statement);
  await record(store, SCHEMA_VERSION, VIEWS);
}

/** A new store has today's tables from the start. */
function stepsAfter(version: number) {
  return version === BEGUN ? [] : MIGRATIONS.filter((step) => step.version > version);
}

interface Recorded {
  version: number;
  /** Of which text its views were made; none while they are being made. */
  views: string;
}

async function recorded(store: SchemaStore): Promise<Recorded> {
  const names = await store.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN ('stormglass_schema', 'stormglass_traffic')`,
  );
  const has = (name: string) => names.some((table) => table.name === name);
  if (has('stormglass_schema')) {
    const [row] = await store.rows<{ version: number; views: string; known: number }>(
      `SELECT max(Version) AS version, argMax(Views, (AppliedAt, Version, Views != '')) AS views, count() > 0 AS known
       FROM stormglass_schema`,
    );
    if (row?.known === 1) return row;
  }
  return { version: has('stormglass_traffic') ? BASELINE : BEGUN, views: '' };
}

function record(store: SchemaStore, version: number, views: string): Promise<void> {
  return store.run(`INSERT INTO stormglass_schema (Version, Views) VALUES (${version}, '${views}')`);
}

function tooNew(version: number): StormglassError {
  return new StormglassError(
    'conflict',
    `The telemetry store has schema version ${version}, which is newer than this Stormglass knows (${SCHEMA_VERSION}).`,
    'Start the newer Stormglass that wrote it, or give this one a data directory (or database) of its own.',
  );
}
