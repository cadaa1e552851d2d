import type { Tolerance } from '../contract/index.ts';

/** A value as a probe reads it. */
export type ProbeValue = number | string | boolean;

/** Whether a value keeps the tolerance: an inclusive range for numbers, else equality. */
export function keeps(tolerance: Tolerance, value: ProbeValue): boolean {
  if (typeof tolerance !== 'object') return value === tolerance;
  const [low, high] = tolerance.range;
  return typeof value === 'number' && value >= low && value <= high;
}

/** The tolerance in words: `0.9 to 1`, `open`. */
export function describeTolerance(tolerance: Tolerance): string {
  if (typeof tolerance !== 'object') return String(tolerance);
  return `${tolerance.range[0]} to ${tolerance.range[1]}`;
}

/** A number as people read it in a report: at most three decimals, none for large ones. */
export function readable(value: ProbeValue): string {
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toFixed(3)));
}
