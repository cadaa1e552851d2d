import { createQueries, type TelemetryQueries } from '@stormglass/agents/collector/queries';
import { createReaders, type Readers } from '@stormglass/agents/collector/readers';
import { StormglassError } from '@stormglass/agents/contract';

/** What the dashboard asks the telemetry store. */
export type Telemetry = Pick<
  TelemetryQueries,
  | 'timeline'
  | 'searchTraces'
  | 'trace'
  | 'traceLines'
  | 'tracePath'
  | 'sagas'
  | 'saga'
  | 'red'
  | 'serviceMap'
  | 'examples'
  | 'completion'
  | 'interactions'
  | 'invariants'
  | 'journeys'
  | 'journeyPaths'
  | 'changes'
  | 'receipts'
  | 'pools'
  | 'reach'
  | 'stats'
  | 'close'
>;

/** The store behind the collector's query port, or a ClickHouse cluster. */
export function openTelemetry(url: string, password: string): Telemetry {
  return createQueries({ url, username: 'stormglass', password });
}

/** The same store, as other tools read it. */
export function openReaders(url: string, password: string): Readers {
  return createReaders({ url, username: 'stormglass', password });
}

/** Stands in when no collector is configured: every question is answered by the code that says so. */
export function noTelemetry(): Telemetry {
  const absent = async () => refuse();
  return {
    timeline: absent,
    searchTraces: absent,
    trace: absent,
    sagas: absent,
    saga: absent,
    traceLines: absent,
    tracePath: absent,
    red: absent,
    serviceMap: absent,
    examples: absent,
    completion: absent,
    interactions: absent,
    invariants: absent,
    journeys: absent,
    journeyPaths: absent,
    changes: absent,
    receipts: absent,
    pools: absent,
    reach: absent,
    stats: absent,
    close: async () => undefined,
  };
}

export function noReaders(): Readers {
  return {
    jaeger: async () => refuse(),
    exportTrace: () => refuse(),
    exportSearch: () => refuse(),
    exportRange: () => refuse(),
    close: async () => undefined,
  };
}

function refuse(): never {
  throw new StormglassError(
    'store_unavailable',
    'no telemetry store is configured',
    'Start the dashboard with CLICKHOUSE_URL, or through `npm start`.',
  );
}
