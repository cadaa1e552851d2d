import type { TraceSearch } from '../../contract/trace.ts';
import type { Store } from '../queries/client.ts';
import { searchTraces } from '../queries/search.ts';
import { type LogRow, toResourceLogs } from './otlp/logs.ts';
import { type SpanRow, toResourceSpans } from './otlp/spans.ts';
import { logsOf, spansOf } from './spans.ts';

/** Traces whose spans are read at one time. */
const CHUNK = 25;
/** Items of one line; far below the request limit of any receiver. */
const LINE_ITEMS = 2000;
const PAGE = 1000;

/**
 * Traces as OTLP JSON lines: each line is an Export request of spans or log records, and no line mixes traces. Read piece
 * by piece, as fast as the lines are taken.
 */
export async function* exportTraces(
  store: Store,
  ids: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<string> {
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    const traces = Map.groupBy(await spansOf(store, chunk, signal), (row) => row.traceId);
    const logs = Map.groupBy(await logsOf(store, chunk, signal), (row) => row.traceId);
    for (const id of chunk) {
      yield* linesOf(traces.get(id) ?? [], spansRequest);
      yield* linesOf(logs.get(id) ?? [], logsRequest);
    }
  }
}

const spansRequest = (rows: SpanRow[]) => ({ resourceSpans: toResourceSpans(rows) });
const logsRequest = (rows: LogRow[]) => ({ resourceLogs: toResourceLogs(rows) });

function* linesOf<Row>(rows: readonly Row[], request: (rows: Row[]) => object): Generator<string> {
  for (let at = 0; at < rows.length; at += LINE_ITEMS)
    yield `${JSON.stringify(request(rows.slice(at, at + LINE_ITEMS)))}\n`;
}

/** What a search finds: at most `limit` traces, or without a limit all of them, newest first. */
export async function* exportSearch(
  store: Store,
  search: Omit<TraceSearch, 'limit'> & { limit?: number | undefined },
  signal?: AbortSignal,
): AsyncGenerator<string> {
  if (search.limit !== undefined) {
    const { traces } = await searchTraces(store, { ...search, limit: search.limit }, signal);
    const ids = traces.map((trace) => trace.traceId);
    yield* exportTraces(store, ids, signal);
    return;
  }
  let { to } = search;
  let seen = new Set<string>();
  let limit = PAGE;
  for (;;) {
    const page = await searchTraces(store, { ...search, to, order: 'newest', limit }, signal);
    const fresh = page.traces.filter(({ traceId }) => !seen.has(traceId));
    yield* exportTraces(
      store,
      fresh.map((trace) => trace.traceId),
      signal,
    );
    const oldest = page.traces.at(-1);
    if (!page.truncated || oldest === undefined) return;
    // The next page begins in the last one's oldest millisecond, some of whose traces may not have been in it.
    const next = Math.floor(oldest.startMs) + 1;
    if (next === to) limit *= 2;
    else {
      limit = PAGE;
      seen = new Set();
      to = next;
    }
    for (const { traceId } of page.traces) seen.add(traceId);
  }
}
