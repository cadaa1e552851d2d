/**
 * The SQL with which the engine itself reads a spool segment: OTLP protobuf in, table rows out. A span never becomes a
 * JavaScript object on this path.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Mark, METRIC_KINDS, type MetricKind, PARTS, type Signal } from '../wire/signals.ts';
import { type Load, structure, unfold } from './flat.ts';
import { LOGS } from './loads/logs.ts';
import { METRICS } from './loads/metrics.ts';
import { TRACES } from './loads/traces.ts';
import type { TelemetryStore } from './port.ts';

const quoted = (s: string) => `'${s.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const SCHEMA = new URL('../wire/otlp.proto', import.meta.url);

/** How a store gets at the bytes of a segment and at their schema. */
interface Source {
  table(path: string, structure: string): string;
  schema(message: string): string;
  /** At the end of the statement. */
  format: string;
}

const SOURCES: Record<TelemetryStore['reads'], Source> = {
  file: {
    table: (path, structure) => `file(${quoted(path)}, 'Protobuf', ${structure})`,
    // By path: given as text, the embedded engine keeps copies of it in `__cache__` of the working directory.
    schema: (message) => `format_schema = ${quoted(`${fileURLToPath(SCHEMA)}:${message}`)}`,
    format: '',
  },
  body: {
    table: (_path, structure) => `input(${structure})`,
    schema: (message) => `format_schema_source = 'string', format_schema = ${quoted(schemaText())},
    format_schema_message_name = ${quoted(message)}`,
    format: 'FORMAT Protobuf',
  },
};

let text: string | undefined;
function schemaText(): string {
  text ??= readFileSync(SCHEMA, 'utf8').replace(/^\/\/.*\n/gm, '');
  return text;
}

/**
 * One segment is one block in one thread: the deduplication token counts blocks, so the split must be the same when a
 * load is repeated. It is read and unfolded in small blocks, which are put together before they are written: 16 MB of
 * requests of 512 spans take 93 MB of memory that way, and 265 MB as one. JIT compilation is off since these statements
 * are short-lived.
 */
function settings(schema: string, token: string): string {
  return `SETTINGS ${schema}, insert_deduplicate = 1, insert_deduplication_token = ${quoted(token)},
    deduplicate_blocks_in_dependent_materialized_views = 1, max_threads = 1, max_insert_threads = 1,
    input_format_parallel_parsing = 0, max_block_size = 8192, input_format_max_block_size_bytes = 1000000, max_insert_block_size = 1000000000,
    min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0, compile_expressions = 0,
    throw_on_max_partitions_per_insert_block = 0, parallel_view_processing = 0`;
}

function statement(load: Load, reads: TelemetryStore['reads'], segment: SegmentFile, token: string): string {
  const { path, marks } = segment;
  const source = SOURCES[reads];
  const present = PARTS.flatMap((part) => (marks.has(part) ? (load.parts[part] ?? []) : []));
  const columns = [load, ...present].flatMap((part) => part.columns);
  const target = Object.entries(Object.assign({}, load.target, ...present.map((part) => part.target)));
  const rows = unfold(source.table(path, quoted(structure(columns))), columns, load.levels);
  return `INSERT INTO ${load.table} (${target.map(([column]) => `\`${column}\``).join(', ')})
    SELECT ${target.map(([, expression]) => expression).join(', ')} FROM ${rows}
    ${settings(source.schema(load.message), token)} ${source.format}`;
}

export interface SegmentFile {
  signal: Signal;
  path: string;
  token: string;
  marks: ReadonlySet<Mark>;
}

export interface LoadStatement {
  sql: string;
  /** The kind of metrics it loads; null where a request is one kind of row. */
  kind: MetricKind | null;
}

/** The statements which load one segment file, each safe to repeat: its token names the segment for ever. */
export function loadStatements(segment: SegmentFile, reads: TelemetryStore['reads']): LoadStatement[] {
  const { signal, token, marks } = segment;
  switch (signal) {
    case 'traces':
      return [{ kind: null, sql: statement(TRACES, reads, segment, token) }];
    case 'logs':
      return [{ kind: null, sql: statement(LOGS, reads, segment, token) }];
    case 'metrics':
      return METRIC_KINDS.filter((kind) => marks.has(kind)).map((kind) => ({
        kind,
        sql: statement(METRICS[kind], reads, segment, `${token}:${kind}`),
      }));
  }
}
