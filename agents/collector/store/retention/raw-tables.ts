import { METRIC_KINDS, type Signal } from '../../wire/signals.ts';

/** A table whose rows services have sent; everything else is derived from these. */
export interface RawTable {
  name: string;
  signal: Signal;
  /** The column its partitions go by. */
  time: string;
  /** Rows can belong to a trace, and live as long as it does. */
  hasTraceId: boolean;
  /** Tables whose rows go with the last of its rows from which they were derived. */
  derived: readonly string[];
}

/** A summary and receipts go when no span of their trace is left. */
export const OF_TRACES = ['stormglass_traces', 'stormglass_receipts'];

export const SPANS: RawTable = {
  name: 'otel_traces',
  signal: 'traces',
  time: 'Timestamp',
  hasTraceId: true,
  derived: OF_TRACES,
};

export const RAW_TABLES: readonly RawTable[] = [
  SPANS,
  { name: 'otel_logs', signal: 'logs', time: 'TimestampTime', hasTraceId: true, derived: [] },
  ...METRIC_KINDS.map((kind): RawTable => {
    return {
      name: `otel_metrics_${kind}`,
      signal: 'metrics',
      time: 'TimeUnix',
      hasTraceId: false,
      derived: [],
    };
  }),
];
