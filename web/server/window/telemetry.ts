import type {
  SagaDetail,
  SagaFilter,
  SagaSummary,
  Timeline,
  TraceDetail,
  TraceSearch,
  TraceSearchResult,
} from '@stormglass/agents/contract';
import { StormglassError } from '@stormglass/agents/contract';

/** What the dashboard asks the telemetry store; times epoch ms, `step` seconds of one traffic cell. */
export interface Telemetry {
  timeline(range: { from: number; to: number; step: number }): Promise<Timeline>;
  searchTraces(search: TraceSearch): Promise<TraceSearchResult>;
  trace(traceId: string): Promise<TraceDetail | null>;
  sagas(filter: SagaFilter): Promise<{ sagas: SagaSummary[]; truncated: boolean }>;
  saga(sagaId: string): Promise<SagaDetail | null>;
  close(): Promise<void>;
}

/** Stands in when no collector is configured: every question is answered by the code that says so. */
export function noTelemetry(): Telemetry {
  const absent = async (): Promise<never> => {
    throw new StormglassError(
      'store_unavailable',
      'no telemetry store is configured',
      'Start the dashboard with CLICKHOUSE_URL, or through `npm start`.',
    );
  };
  return {
    timeline: absent,
    searchTraces: absent,
    trace: absent,
    sagas: absent,
    saga: absent,
    close: async () => undefined,
  };
}

/** Passes a store's answer on; what it throws that is not ours becomes store_unavailable. */
export async function fromStore<T>(ask: Promise<T>): Promise<T> {
  try {
    return await ask;
  } catch (cause) {
    if (cause instanceof StormglassError) throw cause;
    throw new StormglassError(
      'store_unavailable',
      `the telemetry store did not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Check that the collector runs; live data goes on without it.',
      { cause },
    );
  }
}
