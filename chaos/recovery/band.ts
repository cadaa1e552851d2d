import type { SliPoint } from '../contract/index.ts';
import { MIN_CALLS } from '../probes/index.ts';
import { type Interval, merge } from './intervals.ts';

/** A share is judged over this many seconds; widened up to the second number until it holds MIN_CALLS calls. */
const WINDOW_S = 3;
const WIDEST_S = 10;

/** No call for so long that this many were expected: at a Poisson rate that happens once in three million stretches. */
const SILENCE_CALLS = 15;

/** What the share of good answers is expected to keep, learned from a baseline. */
export interface Band {
  /** The share of good answers over a window may not fall below it. */
  floor: number;
  /** Null when the baseline held fewer than MIN_CALLS calls; the floor then assumes that all calls are good. */
  share: number | null;
  calls: number;
  perSecond: number;
}

/**
 * floor = share - max(0.02, 3 standard errors of a window, 2.5 calls of a window). At 5 calls/s a window holds 15
 * calls, so two bad ones pass and three do not; at 200 calls/s the band is as narrow as 3 standard errors.
 */
export function learnBand(baseline: SliPoint[]): Band {
  let good = 0;
  let calls = 0;
  for (const point of baseline) {
    good += point.good;
    calls += point.total;
  }
  const known = calls >= MIN_CALLS;
  const share = known ? good / calls : null;
  const perSecond = known ? calls / Math.max(1, baseline.length) : 0;
  const window = Math.max(MIN_CALLS, Math.round(perSecond * WINDOW_S));
  const smoothed = known ? (good + 1) / (calls + 2) : 1;
  const error = Math.sqrt((smoothed * (1 - smoothed)) / window);
  const floor = Math.max(0, (share ?? 1) - Math.max(0.02, 3 * error, 2.5 / window));
  return { floor, share, calls, perSecond };
}

/** The band in words. */
export function describeBand(band: Band): string {
  const floor = `${(band.floor * 100).toFixed(0)} %`;
  if (band.share === null) {
    return `at least ${floor} good (assumed: only ${band.calls} calls in the baseline)`;
  }
  return `at least ${floor} good (baseline ${(band.share * 100).toFixed(1)} % of ${band.calls} calls)`;
}

/** A stretch below the band. `knownAt` is when a watcher could first say so: the end of the first window below. */
export interface Breach {
  from: number;
  /** Start of the first second whose answers are good again; end of the series while there is none. */
  to: number;
  knownAt: number;
  /** Share of good answers in the window that gave it away; null for silence. */
  share: number | null;
}

/** Where a series left its band, and where there were too few calls to tell. */
export interface BandVerdict {
  breaches: Breach[];
  broken: Interval[];
  unknown: Interval[];
}

/**
 * Judges a series of consecutive seconds. The trailing window decides *whether* the band is left (one second of 5
 * calls is too few), the single seconds in it decide *when*: a breach starts with its first bad second and ends with
 * the first good second after its last bad one. Seconds with too few calls around carry on what was before.
 */
export function judgeSeries(points: SliPoint[], band: Band): BandVerdict {
  const breaches: Breach[] = [];
  const unknown: Interval[] = [];
  let start: Window | null = null;
  for (const [index, point] of points.entries()) {
    const window = windowAt(points, index);
    if (window.share === null) {
      unknown.push([point.second * 1000, (point.second + 1) * 1000]);
    } else if (window.share < band.floor - 1e-9) {
      start ??= window;
    } else if (start !== null) {
      breaches.push(breachOf(points, band, start, index - 1));
      start = null;
    }
  }
  if (start !== null) breaches.push(breachOf(points, band, start, points.length - 1));
  const all = [...breaches, ...silences(points, band)].sort((a, b) => a.from - b.from);
  const broken = merge(all.map(({ from, to }): Interval => [from, to]));
  return { breaches: all, broken, unknown: merge(unknown) };
}

/** Trailing window: indices of its first and last second, and its share; null when even the widest held too few. */
interface Window {
  first: number;
  last: number;
  share: number | null;
}

function windowAt(points: SliPoint[], last: number): Window {
  let good = 0;
  let total = 0;
  let first = last;
  for (let back = 0; back < WIDEST_S; back++) {
    const point = points[last - back];
    if (point === undefined || (back >= WINDOW_S && total >= MIN_CALLS)) break;
    good += point.good;
    total += point.total;
    first = last - back;
  }
  return { first, last, share: total >= MIN_CALLS ? good / total : null };
}

/** The breach whose first window below is `start` and whose last one ends with the second `end` (an index). */
function breachOf(points: SliPoint[], band: Band, start: Window, end: number): Breach {
  const isBad = (point: SliPoint): boolean => point.total > 0 && point.good / point.total < band.floor;
  const bad: number[] = [];
  for (let i = start.first; i <= end; i++) {
    const point = points[i];
    if (point !== undefined && isBad(point)) bad.push(i);
  }
  const first = points[bad[0] ?? start.last]?.second ?? 0;
  let over = (bad.at(-1) ?? end) + 1;
  while (points[over]?.total === 0) over++;
  const to = points[over]?.second ?? (points.at(-1)?.second ?? first) + 1;
  const known = points[start.last]?.second ?? first;
  return { from: first * 1000, to: to * 1000, knownAt: (known + 1) * 1000, share: start.share };
}

/** Stretches without any call, so long that the baseline's rate would have brought SILENCE_CALLS. */
function silences(points: SliPoint[], band: Band): Breach[] {
  if (band.perSecond <= 0) return [];
  const needed = Math.ceil(SILENCE_CALLS / band.perSecond);
  const found: Breach[] = [];
  let empty = 0;
  for (let i = 0; i <= points.length; i++) {
    if (points[i]?.total === 0) {
      empty++;
      continue;
    }
    const first = points[i - empty];
    if (empty >= needed && first !== undefined) {
      const from = first.second * 1000;
      found.push({ from, to: from + empty * 1000, knownAt: from + needed * 1000, share: null });
    }
    empty = 0;
  }
  return found;
}
