import { createHash } from 'node:crypto';
import { StormglassError } from '../../contract/errors.ts';
import { complete, derive } from './adopt.ts';
import { BASELINE, MIGRATIONS, SCHEMA_VERSION } from './migrations.ts';
import type { SchemaStore } from './port.ts';
import { tableStatements } from './tables.ts';
import { VIEW_STATEMENTS } from './views.ts';

/** What a reader or a keeper of the store has to know of it. */
export interface StoreShape {
  version: number;
  /** Its tables belong to an OpenTelemetry Collector, too. */
  shared: boolean;
}

/** A view of ours, a table of the Collector's exporter. */
const BOUNDS = 'otel_traces_trace_id_ts';

const RECORD = `CREATE TABLE IF NOT EXISTS stormglass_schema
  (Version UInt32, AppliedAt DateTime64(3, 'UTC') DEFAULT now64(3), Views String)
  ENGINE = MergeTree ORDER BY (Version, AppliedAt)`;
/** Recorded before a new store's first table, so that a crash among them is not taken for an old store. */
const BEGUN = 0;

/** Views are text derived from the code: whichever text made those that stand, another one makes them anew. */
const VIEWS = createHash('sha256').update(VIEW_STATEMENTS.join('\n')).digest('hex').slice(0, 16);
const OUR_VIEWS = `SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'stormglass_')
  AND engine IN ('View', 'MaterializedView')`;

export interface SchemaOptions {
  /** Whether tables that an OpenTelemetry Collector filled may get columns and views of ours. */
  adopt?: boolean;
}

/**
 * Brings a store of any older version to today's tables and views, a new one too. What a crash leaves half done is done
 * again by the next call. A store of a newer version is refused.
 */
export async function migrate(store: SchemaStore, options: SchemaOptions = {}): Promise<StoreShape> {
  const found = await recorded(store);
  const shape = { version: SCHEMA_VERSION, shared: found.shared };
  if (found.version > SCHEMA_VERSION) throw tooNew(found.version);
  if (found.version === SCHEMA_VERSION && found.views === VIEWS) return shape;
  if (found.shared && !found.known && options.adopt !== true) throw notOurs();
  await store.run(RECORD);
  await record(store, found.version, '');
  for (const { name } of await store.rows<{ name: string }>(OUR_VIEWS)) {
    await store.run(`DROP VIEW IF EXISTS ${name}`);
  }
  for (const statement of tableStatements()) await store.run(statement);
  if (found.shared) await complete(store, found.tables);
  for (const { version, statements } of stepsAfter(found.version)) {
    for (const statement of statements()) await store.run(statement);
    await record(store, version, '');
  }
  // The Collector has a table where we have a view, which answers the same.
  const views = VIEW_STATEMENTS.filter((text) => !(found.shared && text.includes(`VIEW ${BOUNDS} `)));
  for (const statement of views) await store.run(statement);
  if (found.shared && found.version === BEGUN) await derive(store);
  await record(store, SCHEMA_VERSION, VIEWS);
  return shape;
}

/** A new store has today's tables from the start. */
function stepsAfter(version: number) {
  return version === BEGUN ? [] : MIGRATIONS.filter((step) => step.version > version);
}

interface Recorded {
  version: number;
  /** Of which text its views were made; none while they are being made. */
  views: string;
  /** Whether the version is written in the store. */
  known: boolean;
  /** An OpenTelemetry Collector made its tables, and may fill them beside us. */
  shared: boolean;
  tables: ReadonlySet<string>;
}

async function recorded(store: SchemaStore): Promise<Recorded> {
  const found = await store.rows<{ name: string; engine: string }>(
    'SELECT name, engine FROM system.tables WHERE database = currentDatabase()',
  );
  const engines = new Map(found.map(({ name, engine }) => [name, engine]));
  const bounds = engines.get(BOUNDS);
  const base = {
    shared: bounds !== undefined && bounds !== 'View',
    tables: new Set(engines.keys()),
  };
  if (engines.has('stormglass_schema')) {
    const [row] = await store.rows<{ version: number; views: string; rows: number }>(
      `SELECT max(Version) AS version, argMax(Views, (AppliedAt, Version, Views != '')) AS views, count() > 0 AS rows
       FROM stormglass_schema`,
    );
    if (row?.rows === 1) return { version: row.version, views: row.views, known: true, ...base };
  }
  const version = engines.has('stormglass_traffic') ? BASELINE : BEGUN;
  return { version, views: '', known: false, ...base };
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

function notOurs(): StormglassError {
  return new StormglassError(
    'conflict',
    'The database was filled by an OpenTelemetry Collector, and has nothing of Stormglass.',
    'Set CLICKHOUSE_ADOPT=true to add columns and derived tables to it (docs/clickhouse.md), or CLICKHOUSE_DATABASE to another one.',
  );
}
