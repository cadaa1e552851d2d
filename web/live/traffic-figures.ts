import {
  countAbove,
  mergeSketches,
  quantile,
  type Sketch,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';

/**
 * View calculations over a timeline: pure, so that the map, the lists and the strip say the same at every instant.
 * `at` is epoch milliseconds, windows are seconds, rates per second, durations milliseconds, shares 0..1.
 */

/** Slower than this counts as slow where no limit of its own is known, milliseconds. */
export const SLOW_MS = 500;

export interface TrafficFigures {
  calls: number;
  rate: number;
  errors: number;
  errorShare: number;
  slow: number;
  slowShare: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  /** Calls that carry the receipt of a fault. */
  receipts: number;
}

export interface EdgeFigures extends TrafficFigures {
  from: string;
  to: string;
  kind: 'client' | 'db' | 'producer' | 'consumer';
}

/** Index of the first cell whose second is at least `second`; cells are in order of time. */
function firstAtOrAfter(cells: readonly TrafficCell[], second: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cells[middle]?.second ?? 0) < second) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The cells of [from, to), both epoch ms; a cell belongs where its second begins. */
export function cellsBetween(timeline: Timeline, from: number, to: number): TrafficCell[] {
  const start = firstAtOrAfter(timeline.traffic, Math.ceil(from / 1000));
  const end = firstAtOrAfter(timeline.traffic, Math.ceil(to / 1000));
  return timeline.traffic.slice(start, end);
}

/** The cells of the window that ends at `at`, the unfinished second included. */
export function cellsBefore(timeline: Timeline, at: number, windowSeconds: number): TrafficCell[] {
  const last = Math.floor(at / 1000);
  const start = firstAtOrAfter(timeline.traffic, last - windowSeconds + 1);
  const end = firstAtOrAfter(timeline.traffic, last + 1);
  return timeline.traffic.slice(start, end);
}

/** Seconds which the window really covers: the running second counts for the part that has passed. */
function coveredSeconds(at: number, windowSeconds: number): number {
  const running = (at % 1000) / 1000;
  return Math.max(0.2, windowSeconds - 1 + (running === 0 ? 1 : running));
}

interface Sum {
  calls: number;
  errors: number;
  receipts: number;
  sketches: Sketch[];
}

function addTo<K>(sums: Map<K, Sum>, key: K, cell: TrafficCell): void {
  const sum = sums.get(key) ?? { calls: 0, errors: 0, receipts: 0, sketches: [] };
  sum.calls += cell.calls;
  sum.errors += cell.errors;
  sum.receipts += cell.receipts;
  sum.sketches.push(cell.durations);
  sums.set(key, sum);
}

function toFigures(sum: Sum, seconds: number, slowMs: number): TrafficFigures {
  const sketch = mergeSketches(sum.sketches);
  // A slow error is an error: the classes of a ring must not overlap, so slow ones are taken from what succeeded.
  const slow = Math.min(countAbove(sketch, slowMs), sum.calls - sum.errors);
  return {
    calls: sum.calls,
    rate: sum.calls / seconds,
    errors: sum.errors,
    errorShare: sum.calls === 0 ? 0 : sum.errors / sum.calls,
    slow,
    slowShare: sum.calls === 0 ? 0 : slow / sum.calls,
    p50: quantile(sketch, 0.5),
    p95: quantile(sketch, 0.95),
    p99: quantile(sketch, 0.99),
    receipts: sum.receipts,
  };
}

/** All given cells together. */
export function totalFigures(
  cells: readonly TrafficCell[],
  seconds: number,
  slowMs: number = SLOW_MS,
): TrafficFigures {
  const sum: Sum = { calls: 0, errors: 0, receipts: 0, sketches: [] };
  for (const cell of cells) {
    sum.calls += cell.calls;
    sum.errors += cell.errors;
    sum.receipts += cell.receipts;
    sum.sketches.push(cell.durations);
  }
  return toFigures(sum, seconds, slowMs);
}

/** Work of each service as it saw it itself (server cells; consumers count what they processed). */
export function serviceFigures(
  timeline: Timeline,
  at: number,
  windowSeconds: number,
  slowMs: number = SLOW_MS,
): Map<string, TrafficFigures> {
  const served = new Map<string, Sum>();
  const consumed = new Map<string, Sum>();
  const others = new Set<string>();
  for (const cell of cellsBefore(timeline, at, windowSeconds)) {
    if (cell.kind === 'server') addTo(served, cell.service, cell);
    else if (cell.kind === 'consumer') addTo(consumed, cell.service, cell);
    else others.add(cell.service);
  }
  const seconds = coveredSeconds(at, windowSeconds);
  const out = new Map<string, TrafficFigures>();
  for (const [service, sum] of consumed) out.set(service, toFigures(sum, seconds, slowMs));
  for (const [service, sum] of served) out.set(service, toFigures(sum, seconds, slowMs));
  const none: Sum = { calls: 0, errors: 0, receipts: 0, sketches: [] };
  for (const service of others) if (!out.has(service)) out.set(service, toFigures(none, seconds, slowMs));
  return out;
}

export function edgeId(from: string, to: string): string {
  return `${from}>${to}`;
}

/**
 * Each connection as its caller saw it, by `edgeId`. A producer's edge goes into the queue, a consumer's out of it, so
 * for those the queue's name stands on one side.
 */
export function edgeFigures(
  timeline: Timeline,
  at: number,
  windowSeconds: number,
  slowMs: number = SLOW_MS,
): Map<string, EdgeFigures> {
  const sums = new Map<string, Sum>();
  const ends = new Map<string, Pick<EdgeFigures, 'from' | 'to' | 'kind'>>();
  for (const cell of cellsBefore(timeline, at, windowSeconds)) {
    if (cell.kind === 'server' || cell.peer === '') continue;
    const from = cell.kind === 'consumer' ? cell.peer : cell.service;
    const to = cell.kind === 'consumer' ? cell.service : cell.peer;
    const key = `${cell.kind === 'db' ? 'db:' : ''}${edgeId(from, to)}`;
    addTo(sums, key, cell);
    ends.set(key, { from, to, kind: cell.kind });
  }
  const seconds = coveredSeconds(at, windowSeconds);
  const out = new Map<string, EdgeFigures>();
  for (const [key, sum] of sums) {
    const end = ends.get(key);
    if (end) out.set(key, { ...end, ...toFigures(sum, seconds, slowMs) });
  }
  return out;
}

/**
 * The services that meet the outside: they serve, and no service that serves calls them. Their answers are what a
 * customer sees.
 */
export function entrances(cells: readonly TrafficCell[]): Set<string> {
  const serving = new Set<string>();
  for (const cell of cells) if (cell.kind === 'server') serving.add(cell.service);
  const called = new Set<string>();
  for (const cell of cells) if (cell.kind === 'client' && serving.has(cell.service)) called.add(cell.peer);
  const out = new Set([...serving].filter((service) => !called.has(service)));
  return out.size > 0 ? out : serving;
}
