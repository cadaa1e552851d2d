import {
  countAbove,
  mergeSketches,
  quantile,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import type { SliPoint, SliQuery } from '../contract/index.ts';
import { lastFinishedSecond } from './clock-edge.ts';

/** Fewer calls than this in a window say nothing about a share or a quantile. */
export const MIN_CALLS = 5;

/** A figure at one instant. `value` is null when there were too few calls; `calls` says how many there were. */
export interface SliReading {
  value: number | null;
  calls: number;
  /** In words, with the numbers that went in. */
  detail: string;
}

/** Cells of the query's service and operation, as the server saw them. */
export function serverCells(timeline: Timeline, service: string, operation?: string): TrafficCell[] {
  return timeline.traffic.filter(
    (cell) =>
      cell.kind === 'server' &&
      cell.service === service &&
      (operation === undefined || cell.operation === operation),
  );
}

/**
 * Calls of a cell that were errors or slower than `withinMs`. A cell does not know which of its errors were slow, so
 * both are added and bounded by the calls: never less bad than it was.
 */
function badCalls(cell: TrafficCell, withinMs: number | null): number {
  const slow = withinMs === null ? 0 : countAbove(cell.durations, withinMs);
  return Math.min(cell.calls, cell.errors + slow);
}

/** How slow a good answer may be under this query, milliseconds; null when only errors are bad. */
function limitOf(query: SliQuery): number | null {
  return query.metric === 'good_rate' || query.metric === 'p95' ? query.within_ms : null;
}

/**
 * Good and total calls of each second in [fromSecond, toSecond], seconds without a call included with total 0.
 * `good`: no error, and for the metrics `good_rate` and `p95` answered within `within_ms`; for `rate` every call.
 */
export function sliSeries(
  query: SliQuery,
  timeline: Timeline,
  fromSecond: number,
  toSecond: number,
): SliPoint[] {
  const cells = serverCells(timeline, query.service, query.operation);
  const limit = limitOf(query);
  return pointsOf(cells, fromSecond, toSecond, (cell) =>
    query.metric === 'rate' ? cell.calls : cell.calls - badCalls(cell, limit),
  );
}

/** One point for each second of the range, adding `good(cell)` over the cells of that second. */
export function pointsOf(
  cells: TrafficCell[],
  fromSecond: number,
  toSecond: number,
  good: (cell: TrafficCell) => number,
): SliPoint[] {
  const points: SliPoint[] = [];
  for (let second = fromSecond; second <= toSecond; second++) points.push({ second, good: 0, total: 0 });
  for (const cell of cells) {
    const point = points[cell.second - fromSecond];
    if (point === undefined) continue;
    point.good += good(cell);
    point.total += cell.calls;
  }
  return points;
}

/** The query's figure over its window of finished seconds before `at` (epoch ms). `rate` is calls per second. */
export function evaluateSli(query: SliQuery, timeline: Timeline, at: number): SliReading {
  return evaluateUntil(query, timeline, lastFinishedSecond(at));
}

/**
 * The same with what has come of the unfinished second, for those who cannot wait for its end. A rate is that of
 * finished seconds all the same: a part of one would say too little.
 */
export function evaluateSliNow(query: SliQuery, timeline: Timeline, at: number): SliReading {
  if (query.metric === 'rate') return evaluateSli(query, timeline, at);
  return evaluateUntil(query, timeline, Math.floor(at / 1000));
}

/** Over the seconds that end with `to`, epoch seconds. */
function evaluateUntil(query: SliQuery, timeline: Timeline, to: number): SliReading {
  const seconds = Math.max(1, Math.round(query.window));
  const cells = serverCells(timeline, query.service, query.operation).filter(
    (cell) => cell.second > to - seconds && cell.second <= to,
  );
  let calls = 0;
  let errors = 0;
  for (const cell of cells) {
    calls += cell.calls;
    errors += cell.errors;
  }
  const subject = `${query.operation ?? 'all operations'} of ${query.service}`;
  if (query.metric === 'rate') {
    return { value: calls / seconds, calls, detail: `${calls} calls of ${subject} in ${seconds} s` };
  }
  if (calls < MIN_CALLS) {
    const detail = `only ${calls} calls of ${subject} in ${seconds} s; ${MIN_CALLS} are needed`;
    return { value: null, calls, detail };
  }
  return { ...figure(query, cells, calls, errors), calls };
}

function figure(
  query: SliQuery,
  cells: TrafficCell[],
  calls: number,
  errors: number,
): { value: number | null; detail: string } {
  switch (query.metric) {
    case 'error_rate':
      return { value: errors / calls, detail: `${errors} of ${calls} calls were errors` };
    case 'availability':
      return { value: 1 - errors / calls, detail: `${calls - errors} of ${calls} calls were no errors` };
    case 'p95': {
      const p95 = quantile(mergeSketches(cells.map((cell) => cell.durations)), 0.95);
      return { value: p95, detail: `p95 of ${calls} calls, ms` };
    }
    case 'good_rate': {
      const good = cells.reduce((sum, cell) => sum + cell.calls - badCalls(cell, query.within_ms), 0);
      return {
        value: good / calls,
        detail: `${good} of ${calls} calls were no errors and within ${query.within_ms} ms`,
      };
    }
    case 'rate':
      return { value: calls, detail: `${calls} calls` };
  }
}
