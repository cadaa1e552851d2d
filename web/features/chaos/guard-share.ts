import type { Tolerance } from '@stormglass/chaos/contract';

/** Where a guard's value stands between its bounds, 0..1; null when it cannot be said. */
export function guardShare(value: number | null, tolerance: Tolerance | undefined): number | null {
  if (value === null || typeof tolerance !== 'object') return null;
  const [low, high] = tolerance.range;
  return high === low ? null : Math.min(1, Math.max(0, (value - low) / (high - low)));
}
