import { studentQuantile } from './student.ts';

/** A value with the interval it lies in at 95 %; null where the sample is too small to say. */
export interface Estimate {
  value: number;
  interval: [low: number, high: number] | null;
}

/** The mean, with Student's interval: mean +- t(0.975, n - 1) s / sqrt(n). Null without a value; no interval for one. */
export function meanEstimate(values: readonly number[]): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { value: mean, interval: null };
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile(0.05, n - 1) * Math.sqrt(spread / n);
  return { value: mean, interval: [mean - half, mean + half] };
}

/**
 * The median, with the interval between two of the sorted values that holds it at 95 % or more whatever the
 * distribution is. Fewer than six values have no such interval.
 */
export function medianEstimate(values: readonly number[]): Estimate | null {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const lower = sorted[Math.floor((n - 1) / 2)];
  const upper = sorted[Math.floor(n / 2)];
  if (lower === undefined || upper === undefined) return null;
  const value = (lower + upper) / 2;
  const k = outermost(n);
  const low = sorted[k - 1];
  const high = sorted[n - k];
  return { value, interval: k === 0 || low === undefined || high === undefined ? null : [low, high] };
}

/** The largest k with P(fewer than k of n values lie below the median) <= 2.5 %; 0 when there is none. */
function outermost(n: number): number {
  let term = 0.5 ** n;
  let below = term;
  let k = 0;
  while (below <= 0.025 && k < n / 2) {
    k++;
    term = (term * (n - k + 1)) / k;
    below += term;
  }
  return k;
}
