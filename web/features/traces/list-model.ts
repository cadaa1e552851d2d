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

/** Ends of a logarithmic axis of durations, ms. It covers the data, and at least one decade. */
export interface LatencyScale {
  low: number;
  high: number;
}

const shown = (durationMs: number) => Math.max(0.1, durationMs);

export function latencyScale(traces: readonly TraceSummary[]): LatencyScale {
  const durations = traces.map((t) => Math.log10(shown(t.durationMs)));
  const low = durations.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) - 0.1;
  const high = Math.max(low + 1, durations.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) + 0.1);
  return traces.length === 0 ? { low: 1, high: 10 } : { low: 10 ** low, high: 10 ** high };
}

/** 0..1, from the slowest at the top down to the fastest. */
function lift({ low, high }: LatencyScale, durationMs: number): number {
  return 1 - Math.log(shown(durationMs) / low) / Math.log(high / low);
}

/** Latency over time, duration logarithmic. */
export function scatterOf(traces: readonly TraceSummary[], from: number, to: number): Scatter {
  if (traces.length === 0) return { points: [], ticks: [] };
  const scale = latencyScale(traces);
  return {
    points: traces.map((trace) => ({
      trace,
      x: Math.min(1, Math.max(0, (trace.startMs - from) / Math.max(1, to - from))),
      y: lift(scale, trace.durationMs),
    })),
    ticks: DECADES.map((ms) => ({ ms, y: lift(scale, ms) }))
      .filter((t) => t.y >= 0 && t.y <= 1)
      .slice(-3),
  };
}

/** So near to each other two dots are one, px. */
const DOT_PX = 2;

function lookOf({ errorCount, faultIds }: TraceSummary): string {
  return errorCount > 0 ? 'failed' : faultIds.length > 0 ? 'touched' : '';
}

/** The dots that can be told apart on so many px: of those at one place which look the same, the first. */
export function dotsOf(points: readonly ScatterPoint[], width: number, height: number): ScatterPoint[] {
  const byPlace = new Map<string, ScatterPoint>();
  for (const point of points) {
    const at = [Math.round((point.x * width) / DOT_PX), Math.round((point.y * height) / DOT_PX)];
    const place = `${at.join()} ${lookOf(point.trace)}`;
    if (!byPlace.has(place)) byPlace.set(place, point);
  }
  return [...byPlace.values()];
}

/** A band of durations, ms: from `low` to below `high`, and how many lie in it. */
export interface Bin {
  low: number;
  high: number;
  count: number;
  failed: number;
  touched: number;
}

/** How durations are spread, on the axis of the scatter: `bins` bands as high as each other, the slowest first. */
export function histogramOf(traces: readonly TraceSummary[], bins: number): Bin[] {
  const scale = latencyScale(traces);
  const edge = (i: number) => scale.high * (scale.low / scale.high) ** (i / bins);
  const out: Bin[] = Array.from({ length: bins }, (_, i) => ({
    ...{ low: edge(i + 1), high: edge(i) },
    ...{ count: 0, failed: 0, touched: 0 },
  }));
  for (const trace of traces) {
    const at = Math.floor(lift(scale, trace.durationMs) * bins);
    const bin = out[Math.min(bins - 1, Math.max(0, at))];
    if (!bin) continue;
    bin.count += 1;
    if (trace.errorCount > 0) bin.failed += 1;
    else if (trace.faultIds.length > 0) bin.touched += 1;
  }
  return out;
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
