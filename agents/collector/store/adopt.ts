import type { SchemaStore } from './port.ts';
import { tableStatements } from './tables.ts';
import { VIEW_STATEMENTS } from './views.ts';

/**
 * Tables that an OpenTelemetry Collector made and fills get what they lack: columns with a default (whoever names its
 * columns in an insert, as that Collector does, goes on as before) and derived tables, filled once from what is there.
 * Nothing is taken away and no row of theirs is changed.
 */

/** What its rows cannot say, for those who read them. */
export const MISSING = [
  'Rows which an OpenTelemetry Collector wrote have no attribute types: a number or a boolean is text to a search and on screen.',
  'Rows which an OpenTelemetry Collector wrote lack span flags, schema URLs and scope attributes of spans, and what an SDK dropped.',
  'Breaker states, queues and sagas are seen only where services send the metrics and events of docs/attach.md.',
  'Nothing is removed by age or size: the tables are kept as their owner set them up.',
];

const SHAPE = 'stormglass_shape';

/** Adds the columns that the raw tables `names` lack, by comparison with empty ones as we make them. */
export async function complete(store: SchemaStore, names: ReadonlySet<string>): Promise<void> {
  for (const statement of tableStatements()) {
    const table = /^CREATE TABLE IF NOT EXISTS (otel_\w+)/.exec(statement)?.[1];
    if (table === undefined || !names.has(table)) continue;
    await store.run(`DROP TABLE IF EXISTS ${SHAPE}`);
    await store.run(statement.replace(table, SHAPE));
    const lacking = await store.rows<{ definition: string }>(lacks(table));
    await store.run(`DROP TABLE ${SHAPE}`);
    const columns = lacking.map(({ definition }) => `ADD COLUMN IF NOT EXISTS ${definition}`);
    if (columns.length > 0) await store.run(`ALTER TABLE ${table} ${columns.join(', ')}`);
    // What makes a load that is repeated a no-op; replicated tables have a window of their own.
    const window = /non_replicated_deduplication_window = \d+/.exec(statement)?.[0];
    if (window !== undefined) await store.run(`ALTER TABLE ${table} MODIFY SETTING ${window}`);
  }
}

function lacks(table: string): string {
  const of = (name: string) => `database = currentDatabase() AND table = '${name}'`;
  return `SELECT concat('\`', name, '\` ', type, ' ', default_kind, ' ', default_expression) AS definition
    FROM system.columns WHERE ${of(SHAPE)} AND name NOT IN (SELECT name FROM system.columns WHERE ${of(table)})
    ORDER BY position`;
}

const FED = /^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS\s+(SELECT .*)$/s;
const RAW = /\bFROM (otel_traces|otel_logs)\b/;
/** Of a day's grouping; above it the server goes to disk. */
const GROUPING_BYTES = 1_000_000_000;

/**
 * Fills the derived tables from the rows that were there before their views, a day at a time. To be called when the views
 * stand; may be called again. A row that arrives at this very moment may be derived twice.
 */
export async function derive(store: SchemaStore): Promise<void> {
  const [now] = await store.rows<{ ns: string }>('SELECT toString(toUnixTimestamp64Nano(now64(9))) AS ns');
  const derived = VIEW_STATEMENTS.flatMap((statement) => {
    const [, view = '', target = '', select = ''] = FED.exec(statement) ?? [];
    return view === '' ? [] : [{ view, target, select }];
  });
  for (const { target } of derived) await store.run(`TRUNCATE TABLE ${target}`);
  for (const { view, target, select } of derived) {
    const source = RAW.exec(select)?.[1];
    // What is derived from derived rows is so while those are written.
    if (source === undefined) continue;
    const columns = await store.rows<{ name: string }>(
      `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '${view}' ORDER BY position`,
    );
    for (const day of await days(store, source)) {
      const rows = `(SELECT * FROM ${source} WHERE toDate(Timestamp) = '${day}'
        AND Timestamp < fromUnixTimestamp64Nano(${now?.ns ?? 0}))`;
      await store.run(
        `INSERT INTO ${target} (${columns.map(({ name }) => name).join(', ')})
         ${select.replace(RAW, `FROM ${rows} AS ${source}`)}
         SETTINGS asterisk_include_materialized_columns = 1, throw_on_max_partitions_per_insert_block = 0,
           max_bytes_before_external_group_by = ${GROUPING_BYTES}`,
      );
    }
  }
}

/** Newest first. */
async function days(store: SchemaStore, source: string): Promise<string[]> {
  const rows = await store.rows<{ day: string }>(
    `SELECT DISTINCT toString(toDate(Timestamp)) AS day FROM ${source} ORDER BY day DESC`,
  );
  return rows.map((row) => row.day);
}
