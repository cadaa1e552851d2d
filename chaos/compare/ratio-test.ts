import { studentQuantile, studentTail } from '../statistics/index.ts';

/** A ratio of two sums over blocks: errors / calls, calls / seconds, logarithms of durations / calls. */
export interface Ratio {
  value: number;
  /** Of `value`, by how the blocks differ, and never less than `least`. */
  variance: number;
  /** Degrees of freedom. */
  df: number;
}

/**
 * The ratio estimator with each block as one observation. `least` is the variance that chance alone gives (of a share,
 * a count, the width of a bucket): blocks that are alike by luck do not make a figure certain. Null with fewer than two
 * blocks, or nothing to divide by.
 */
export function ratioOf(
  blocks: readonly { x: number; n: number }[],
  least: (x: number, n: number) => number,
): Ratio | null {
  const count = blocks.length;
  let x = 0;
  let n = 0;
  for (const block of blocks) {
    x += block.x;
    n += block.n;
  }
  if (count < 2 || n === 0) return null;
  const value = x / n;
  const spread = blocks.reduce((sum, block) => sum + (block.x - value * block.n) ** 2, 0);
  const between = ((count / (count - 1)) * spread) / (n * n);
  return { value, variance: Math.max(between, least(x, n)), df: count - 1 };
}

export interface Tested {
  change: number;
  interval: [number, number];
  p: number;
}

/** Welch's test of b - a: the two runs may scatter differently. */
export function welch(a: Ratio, b: Ratio): Tested {
  const change = b.value - a.value;
  const variance = a.variance + b.variance;
  const df = variance ** 2 / (a.variance ** 2 / a.df + b.variance ** 2 / b.df);
  const error = Math.sqrt(variance);
  const half = studentQuantile(0.05, df) * error;
  return { change, interval: [change - half, change + half], p: studentTail(change / error, df) };
}
