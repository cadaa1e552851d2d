import { METRIC_KINDS, type Signal } from '../../wire/signals.ts';

/** A table whose rows services have sent; everything else is derived from these. */
export interface RawTable {
  name: string;
  signal: Signal;
  /** The column its partitions go by. */
  time: string;
  /** Rows can belong to a trace, and live as long as it does. */
  hasTraceId: boolean;
}

export const RAW_TABLES: readonly RawTable[] = [
  { name: 'otel_traces', signal: 'traces', time: 'Timestamp', hasTraceId: true },
  { name: 'otel_logs', signal: 'logs', time: 'TimestampTime', hasTraceId: true },
  ...METRIC_KINDS.map((kind): RawTable => {
    return { name: `otel_metrics_${kind}`, signal: 'metrics', time: 'TimeUnix', hasTraceId: false };
  }),
];
