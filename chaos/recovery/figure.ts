import type { Figure, FigurePoint } from '../contract/index.ts';
import { clockTime } from './intervals.ts';

/** Raw points of one figure; what is above says how many more there are. A run's figures are sent each second. */
const MOST_POINTS = 60;

/** A figure with a value. Anything that is no finite number becomes unknown rather than a NaN on a screen. */
export function known(value: number, unit: Figure['unit'], formula: string, inputs: string): Figure {
  return { ...unknown(unit, formula, inputs), value: Number.isFinite(value) ? value : null };
}

/** A figure without a value, and why. */
export function unknown(unit: Figure['unit'], formula: string, why: string): Figure {
  return { value: null, unit, formula, inputs: why, points: [], morePoints: 0, interval: null };
}

/** The figure with what it was made from. */
export function withPoints(figure: Figure, points: FigurePoint[]): Figure {
  const kept = points.slice(0, MOST_POINTS);
  return { ...figure, points: kept, morePoints: points.length - kept.length };
}

/** A named instant of a recovery. */
export interface Mark {
  name: string;
  at: number | null;
  /** Why there is none, in words; used only when `at` is null. */
  missing: string;
}

/** `b - a`, or why it cannot be said. */
export function between(a: Mark, b: Mark): Figure {
  const formula = `${b.name} - ${a.name}`;
  if (a.at === null) return unknown('ms', formula, a.missing);
  if (b.at === null) return unknown('ms', formula, b.missing);
  const inputs = `${b.name} ${clockTime(b.at)}, ${a.name} ${clockTime(a.at)} UTC`;
  return withPoints(known(b.at - a.at, 'ms', formula, inputs), [
    { at: a.at, value: 0, what: a.name },
    { at: b.at, value: b.at - a.at, what: b.name },
  ]);
}

/** 0.123 as `12.3 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `1 call`, `2 calls`. */
export function count(n: number, noun: string): string {
  return `${Number.isInteger(n) ? n : n.toFixed(1)} ${noun}${n === 1 ? '' : 's'}`;
}
