import type { Tolerance } from '@stormglass/chaos/contract';

/** A tolerance as people say it. */
export function toleranceWords(tolerance: Tolerance | undefined): string {
  if (tolerance === undefined) return 'any';
  if (typeof tolerance === 'object') return `${tolerance.range[0]} to ${tolerance.range[1]}`;
  return String(tolerance);
}
