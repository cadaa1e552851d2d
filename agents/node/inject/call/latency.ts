import type { EffectOf } from './effect.ts';

/** No delay is longer than the longest fault. */
const MAX_MS = 600_000;

export const latency: EffectOf<'latency'> = (action, drawn) => ({
  kind: 'wait',
  ms: Math.min(MAX_MS, Math.max(0, delay(action, drawn))),
});

function delay(action: Parameters<EffectOf<'latency'>>[0], drawn: number): number {
  const { distribution, ms, jitterMs, p99Ms } = action;
  switch (distribution) {
    case 'fixed':
      return ms;
    case 'uniform':
      return ms + (drawn * 2 - 1) * jitterMs;
    case 'normal':
      return ms + normalQuantile(drawn) * jitterMs;
    case 'pareto':
      return paretoQuantile(drawn, ms, p99Ms ?? ms);
  }
}

/** Of the Pareto distribution with this median and 99th percentile: both are scale * (1 - q)^(-1 / shape). */
function paretoQuantile(q: number, p50: number, p99: number): number {
  if (p99 <= p50) return p50;
  const shape = Math.log(0.5 / 0.01) / Math.log(p99 / p50);
  const scale = p50 * 0.5 ** (1 / shape);
  return scale * (1 - q) ** (-1 / shape);
}

/**
 * Of the standard normal distribution, after Shore (1982): within 0.03 of the true one for the middle 99.9 %, which is far less
 * than a timer is off, and made of one draw, so that a replay repeats it.
 */
function normalQuantile(q: number): number {
  const p = Math.min(Math.max(q, 1e-6), 1 - 1e-6);
  return p >= 0.5 ? upper(1 - p) : -upper(p);
}

function upper(tail: number): number {
  return 5.5556 * (1 - (tail / (1 - tail)) ** 0.1186);
}
