import type { TraceSearch } from '../../contract/trace.ts';
import { type Range, Store, type StoreAddress } from '../queries/client.ts';
import { exportSearch, exportTraces } from './export.ts';
import { answerJaeger, type JaegerAnswer } from './jaeger/answer.ts';
import { exportRange } from './recording.ts';

/** The store as other tools read it. An unreachable store is a StormglassError `store_unavailable`. */
export interface Readers {
  /** Jaeger's HTTP API; `path` begins with `/api/`. */
  jaeger(path: string, query: URLSearchParams, signal?: AbortSignal): Promise<JaegerAnswer>;
  /** One trace as OTLP JSON lines; none when there is no such trace. */
  exportTrace(traceId: string, signal?: AbortSignal): AsyncGenerator<string>;
  /** What a search finds as OTLP JSON lines; everything without a `limit`. */
  exportSearch(search: ExportSearch, signal?: AbortSignal): AsyncGenerator<string>;
  /** All signals of a range as a recording; `run` is the experiment's run that goes with it, or null. */
  exportRange(range: Range, run: unknown, signal?: AbortSignal): AsyncGenerator<string>;
  close(): Promise<void>;
}

export type ExportSearch = Omit<TraceSearch, 'limit'> & { limit?: number | undefined };

export function createReaders(address: StoreAddress): Readers {
  const store = new Store(address);
  return {
    jaeger: (path, query, signal) => answerJaeger(store, path, query, signal),
    exportTrace: (traceId, signal) => exportTraces(store, [traceId], signal),
    exportSearch: (search, signal) => exportSearch(store, search, signal),
    exportRange: (range, run, signal) => exportRange(store, range, run, signal),
    close: () => store.close(),
  };
}
