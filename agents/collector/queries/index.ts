import type {
  ChangeReport,
  Completion,
  CompletionSearch,
  ExampleSearch,
  ExamplesAnswer,
  Interactions,
  InvariantReport,
  MapSearch,
  Reach,
  RedAnswer,
  RedSearch,
  ServiceMap,
} from '../../contract/figures.ts';
import type { Journey, JourneyPaths } from '../../contract/journey.ts';
import type { Receipt } from '../../contract/timeline.ts';
import type {
  SagaDetail,
  SagaFilter,
  SagaSummary,
  TraceDetail,
  TraceLine,
  TracePath,
  TraceSearch,
  TraceSearchResult,
} from '../../contract/trace.ts';
import type { CollectorSnapshot } from '../serve/stats.ts';
import { cells, seconds } from './cells.ts';
import { changes } from './changes.ts';
import { bounds, LIMITS, type Range, Store, type StoreAddress, within } from './client.ts';
import { completion } from './completion.ts';
import { examples } from './examples.ts';
import { interactions } from './interactions.ts';
import { invariants } from './invariants.ts';
import { journeyPaths } from './journey-paths.ts';
import { journeys } from './journeys.ts';
import { tracePath } from './path.ts';
import { type PoolGauge, pools } from './pools.ts';
import { reach } from './reach.ts';
import { saga, sagas } from './sagas.ts';
import { searchTraces } from './search.ts';
import { receipts, type StoredTimeline, timeline } from './timeline.ts';
import { trace } from './trace.ts';
import { traceLines } from './trace-lines.ts';
import { red, serviceMap } from './traffic.ts';

export type { CollectorSnapshot } from '../serve/stats.ts';
export type { Range, StoreAddress } from './client.ts';
export type { StoredTimeline } from './timeline.ts';

export interface ServiceVersions {
  service: string;
  versions: string[];
}

/**
 * Every question web asks the telemetry store. All are bounded in time and rows; an unreachable store is a
 * StormglassError `store_unavailable`. Instants are epoch milliseconds.
 */
export interface TelemetryQueries {
  /** The stored part of a Timeline; `second` of a cell is the start of its step, samples are one a step. */
  timeline(range: Range, stepSeconds: number, signal?: AbortSignal): Promise<StoredTimeline>;
  searchTraces(search: TraceSearch, signal?: AbortSignal): Promise<TraceSearchResult>;
  trace(traceId: string, signal?: AbortSignal): Promise<TraceDetail | null>;
  /** A trace of any size, page by page, so that none of it waits in memory but what is being sent. */
  traceLines(traceId: string, signal?: AbortSignal): Promise<AsyncGenerator<TraceLine> | null>;
  tracePath(traceId: string, signal?: AbortSignal): Promise<TracePath | null>;
  sagas(filter: SagaFilter, signal?: AbortSignal): Promise<SagaSummary[]>;
  saga(id: string, signal?: AbortSignal): Promise<SagaDetail | null>;
  /** The newest `limit` receipts of a fault, oldest first. */
  receipts(faultId: string, range: Range, limit: number, signal?: AbortSignal): Promise<Receipt[]>;
  /** How many requests of a range faults have hurt, those downstream of them included. */
  reach(faultIds: readonly string[], range: Range, signal?: AbortSignal): Promise<Reach>;
  red(search: RedSearch, signal?: AbortSignal): Promise<RedAnswer>;
  serviceMap(search: MapSearch, signal?: AbortSignal): Promise<ServiceMap>;
  examples(search: ExampleSearch, signal?: AbortSignal): Promise<ExamplesAnswer>;
  completion(search: CompletionSearch, signal?: AbortSignal): Promise<Completion>;
  interactions(range: Range, signal?: AbortSignal): Promise<Interactions>;
  invariants(range: Range, signal?: AbortSignal): Promise<InvariantReport>;
  /** What users asked for and how it was answered; a trace that is still on its way comes later. */
  journeys(range: Range, signal?: AbortSignal): Promise<Journey[]>;
  journeyPaths(range: Range, signal?: AbortSignal): Promise<JourneyPaths>;
  /** New versions, each judged by the ten minutes on either side. */
  changes(range: Range, signal?: AbortSignal): Promise<ChangeReport>;
  /** The connection pools of a service, newest figures of each. */
  pools(service: string, range: Range, signal?: AbortSignal): Promise<PoolGauge[]>;
  services(range: Range, signal?: AbortSignal): Promise<ServiceVersions[]>;
  /** Operations a service served in the range, by name. */
  operations(service: string, range: Range, signal?: AbortSignal): Promise<string[]>;
  /** The collector's own figures; only the embedded store has them. */
  stats(): Promise<CollectorSnapshot>;
  close(): Promise<void>;
}

export function createQueries(address: StoreAddress): TelemetryQueries {
  const store = new Store(address);
  return {
    timeline: (range, stepSeconds, signal) => timeline(store, range, stepSeconds, signal),
    searchTraces: (search, signal) => searchTraces(store, search, signal),
    trace: (traceId, signal) => trace(store, traceId, signal),
    traceLines: (traceId, signal) => traceLines(store, traceId, signal),
    tracePath: (traceId, signal) => tracePath(store, traceId, signal),
    sagas: (filter, signal) => sagas(store, filter, signal),
    saga: (id, signal) => saga(store, id, Date.now(), signal),
    receipts: (faultId, range, limit, signal) => receipts(store, faultId, range, limit, signal),
    reach: (faultIds, range, signal) => reach(store, faultIds, range, signal),
    red: (search, signal) => red(store, search, signal),
    serviceMap: (search, signal) => serviceMap(store, search, signal),
    examples: (search, signal) => examples(store, search, signal),
    completion: (search, signal) => completion(store, search, signal),
    interactions: (range, signal) => interactions(store, range, signal),
    invariants: (range, signal) => invariants(store, range, signal),
    journeys: (range, signal) => journeys(store, range, signal),
    journeyPaths: (range, signal) => journeyPaths(store, range, signal),
    changes: (range, signal) => changes(store, range, signal),
    pools: (service, range, signal) => pools(store, service, range, signal),
    services: (range, signal) =>
      store.rows<ServiceVersions>(
        `SELECT ServiceName AS service, arraySort(groupUniqArray(toString(ServiceVersion))) AS versions
         FROM otel_traces WHERE ${within('Timestamp')} AND ServiceName != '' GROUP BY service ORDER BY service`,
        bounds(range),
        signal,
        LIMITS.figures,
      ),
    operations: (service, range, signal) => operations(store, service, range, signal),
    stats: () => store.stats<CollectorSnapshot>(),
    close: () => store.close(),
  };
}

async function operations(
  store: Store,
  service: string,
  range: Range,
  signal?: AbortSignal,
): Promise<string[]> {
  const rows = await store.rows<{ operation: string }>(
    `SELECT DISTINCT Operation AS operation FROM ${cells(range, null)}
     WHERE Kind = 'server' AND Service = {service:String}
     ORDER BY operation LIMIT 1000`,
    { service, ...seconds(range) },
    signal,
    LIMITS.figures,
  );
  return rows.map((row) => row.operation);
}
