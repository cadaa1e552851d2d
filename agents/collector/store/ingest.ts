/**
 * The SQL with which the engine itself reads a spool segment: OTLP protobuf in, table rows out. A span never becomes a
 * JavaScript object on this path.
 */
import { readFileSync } from 'node:fs';
import { type FlatColumn, structure, unfold } from './flat.ts';
import { LOGS } from './loads/logs.ts';
import { METRICS, type MetricKind } from './loads/metrics.ts';
import { TRACES } from './loads/traces.ts';

export const SIGNALS = ['traces', 'logs', 'metrics'] as const;
export type Signal = (typeof SIGNALS)[number];

/** How one kind of request becomes rows of one table. */
export interface Load {
  table: string;
  /** Protobuf message of a record. */
  message: string;
  columns: readonly FlatColumn[];
  /** Repeated levels to unfold, outermost first. */
  levels: readonly string[];
  /** Target column -> SQL expression over the unfolded columns. */
  target: Record<string, string>;
}

const SCHEMA_TEXT = readFileSync(new URL('../wire/otlp.proto', import.meta.url), 'utf8').replace(
  /\/\/.*$/gm,
  '',
);

const quoted = (s: string) => `'${s.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/**
 * One segment is one block in one thread: the deduplication token counts blocks, so the split must be the same when a
 * load is repeated. JIT compilation is off since these statements are short-lived.
 */
function settings(message: string, token: string): string {
  return `SETTINGS format_schema_source = 'string', format_schema = ${quoted(SCHEMA_TEXT)},
    format_schema_message_name = '${message}', insert_deduplicate = 1, insert_deduplication_token = ${quoted(token)},
    deduplicate_blocks_in_dependent_materialized_views = 1, max_threads = 1, max_insert_threads = 1,
    input_format_parallel_parsing = 0, max_block_size = 1000000, max_insert_block_size = 1000000000,
    min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0, compile_expressions = 0,
    throw_on_max_partitions_per_insert_block = 0, parallel_view_processing = 0`;
}

function statement(load: Load, path: string, token: string): string {
  const file = `file(${quoted(path)}, 'Protobuf', ${quoted(structure(load.columns))})`;
  return `INSERT INTO ${load.table} (${Object.keys(load.target)
    .map((c) => `\`${c}\``)
    .join(', ')})
    SELECT ${Object.values(load.target).join(', ')} FROM ${unfold(file, load.columns, load.levels)}
    ${settings(load.message, token)}`;
}

/** The statements which load one segment file, each safe to repeat. `token` names the segment for ever. */
export function loadStatements(
  signal: Signal,
  path: string,
  token: string,
  kinds: readonly MetricKind[],
): string[] {
  switch (signal) {
    case 'traces':
      return [statement(TRACES, path, token)];
    case 'logs':
      return [statement(LOGS, path, token)];
    case 'metrics':
      return kinds.map((kind) => statement(METRICS[kind], path, `${token}:${kind}`));
  }
}
