import type { TraceSummary } from '@stormglass/agents/contract';

export interface ScatterPoint {
  trace: TraceSummary;
  /** 0..1 from left to right and from top (slow) to bottom (fast). */
  x: number;
  y: number;
}

export interface Scatter {
  points: ScatterPoint[];
  /** Durations with a gridline, ms, and where it is. */
  ticks: { ms: number; y: number }[];
}

const DECADES = [0.1, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/** Latency over time, duration logarithmic. The axis covers the data, at least one decade. */
export function scatterOf(traces: readonly TraceSummary[], from: number, to: number): Scatter {
  if (traces.length === 0) return { points: [], ticks: [] };
  const durations = traces.map((t) => Math.max(0.1, t.durationMs));
  const low = Math.log10(Math.min(...durations)) - 0.1;
  const high = Math.max(low + 1, Math.log10(Math.max(...durations)) + 0.1);
  const y = (ms: number) => 1 - (Math.log10(Math.max(0.1, ms)) - low) / (high - low);
  return {
    points: traces.map((trace) => ({
      trace,
      x: Math.min(1, Math.max(0, (trace.startMs - from) / Math.max(1, to - from))),
      y: y(trace.durationMs),
    })),
    ticks: DECADES.map((ms) => ({ ms, y: y(ms) }))
      .filter((t) => t.y >= 0 && t.y <= 1)
      .slice(-3),
  };
}

/** Length of a duration bar, 0..1, logarithmic between 1 ms and the slowest of the list. */
export function barShare(durationMs: number, slowestMs: number): number {
  const top = Math.log10(Math.max(10, slowestMs));
  return Math.min(1, Math.max(0.01, Math.log10(Math.max(1, durationMs)) / top));
}

/** Counts for the head of the list. */
export function totals(traces: readonly TraceSummary[]): {
  failed: number;
  touched: number;
  slowestMs: number;
} {
  return {
    failed: traces.filter((t) => t.errorCount > 0).length,
    touched: traces.filter((t) => t.faultIds.length > 0).length,
    slowestMs: traces.reduce((n, t) => Math.max(n, t.durationMs), 0),
  };
}
