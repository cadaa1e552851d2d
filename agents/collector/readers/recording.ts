import { bounds, LIMITS, type Range, type Store, within } from '../queries/client.ts';
import type { RecordingHead } from '../sources/recording/head.ts';
import { METRIC_KINDS } from '../wire/signals.ts';
import { LOG_COLUMNS, type LogRow, toResourceLogs } from './otlp/logs.ts';
import { POINT_COLUMNS, type PointRow, toResourceMetrics } from './otlp/metrics.ts';
import { SPAN_COLUMNS, type SpanRow, toResourceSpans } from './otlp/spans.ts';

/** Rows in memory at one time. */
const PAGE = 4000;
/** Items of one line; far below the request limit of any receiver. */
const LINE_ITEMS = 2000;

/** How the rows of one table become lines. */
interface Part {
  table: string;
  time: string;
  columns: string;
  /** Where a table's partitions are by another column than its time. */
  narrow?: string;
  /** Epoch second in which a row was over: what a line has of one second is replayed together. */
  secondOf(row: never): string;
  request(rows: never[]): object;
}

const secondOf = (ns: bigint | string) => String(BigInt(ns) / 1_000_000_000n);

const PARTS: readonly Part[] = [
  {
    ...{ table: 'otel_traces', time: 'Timestamp', columns: SPAN_COLUMNS },
    secondOf: (row: SpanRow) => secondOf(BigInt(row.startNs) + BigInt(row.durationNs)),
    request: (rows: SpanRow[]) => ({ resourceSpans: toResourceSpans(rows) }),
  },
  {
    ...{ table: 'otel_logs', time: 'Timestamp', columns: LOG_COLUMNS },
    narrow: `TimestampTime >= toDateTime(intDiv({from:Int64}, 1000)) AND TimestampTime <= toDateTime(intDiv({to:Int64}, 1000))`,
    secondOf: (row: LogRow) => secondOf(row.atNs),
    request: (rows: LogRow[]) => ({ resourceLogs: toResourceLogs(rows) }),
  },
  ...METRIC_KINDS.map(
    (kind): Part => ({
      ...{ table: `otel_metrics_${kind}`, time: 'TimeUnix', columns: POINT_COLUMNS[kind] },
      secondOf: (row: PointRow) => secondOf(row.atNs),
      request: (rows: PointRow[]) => ({ resourceMetrics: toResourceMetrics(kind, rows) }),
    }),
  ),
];

/**
 * All that was recorded in a range as OTLP JSON lines, read piece by piece as fast as the lines are taken: a head, then
 * spans that began in it, log records (which breakers' transitions, saga steps and faults are) and data points.
 */
export async function* exportRange(
  store: Store,
  range: Range,
  run: unknown,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const { from, to } = bounds(range);
  const head: RecordingHead = { stormglassRecording: { version: 1, from, to, run } };
  yield `${JSON.stringify(head)}\n`;
  for (const part of PARTS)
    for (const piece of await pieces(store, part, { from, to }, signal))
      yield* linesOf(store, part, piece, signal);
}

interface Piece extends Range {
  rows: number;
}

/** Parts of the range which have about a page of rows each, none shorter than a second. */
async function pieces(store: Store, part: Part, range: Range, signal?: AbortSignal): Promise<Piece[]> {
  const seconds = await store.rows<{ second: number; rows: number }>(
    `SELECT toUnixTimestamp(${part.time}) AS second, toUInt32(count()) AS rows FROM ${part.table} WHERE ${where(part)}
     GROUP BY second ORDER BY second`,
    bounds(range),
    signal,
    LIMITS.scan,
  );
  const found: Piece[] = [];
  for (const { second, rows } of seconds) {
    const last = found.at(-1);
    const [from, to] = [Math.max(range.from, second * 1000), Math.min(range.to, (second + 1) * 1000)];
    if (last === undefined || last.rows + rows > PAGE) found.push({ from, to, rows });
    else {
      last.to = to;
      last.rows += rows;
    }
  }
  return found;
}

const where = ({ time, narrow }: Part) => `${within(time)}${narrow === undefined ? '' : ` AND ${narrow}`}`;

async function* linesOf(
  store: Store,
  part: Part,
  piece: Piece,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  // Pages of one second overlap where rows of one instant have no order; no other piece has several.
  const order = piece.rows > PAGE ? `${part.time}, cityHash64(*)` : part.time;
  for (let offset = 0; offset < piece.rows; offset += PAGE) {
    const rows = await store.rows<never>(
      `SELECT ${part.columns} FROM ${part.table} WHERE ${where(part)} ORDER BY ${order}
       LIMIT ${PAGE} OFFSET {offset:UInt32}`,
      { ...bounds(piece), offset },
      signal,
      LIMITS.scan,
    );
    for (const second of Map.groupBy(rows, (row) => part.secondOf(row)).values())
      for (let at = 0; at < second.length; at += LINE_ITEMS)
        yield `${JSON.stringify(part.request(second.slice(at, at + LINE_ITEMS)))}\n`;
  }
}
