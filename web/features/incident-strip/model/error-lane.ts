import {
  countAbove,
  quantile,
  type Sketch,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import { cellsBetween, entrances, SLOW_MS } from '../../../live/figures.ts';
import type { Axis } from './axis.ts';

export interface ErrorBar {
  from: number;
  to: number;
  /** Slow or failed answers at the entrance, 0..1. */
  share: number;
  calls: number;
}

export interface DurationLine {
  service: string;
  /** [middle of the bucket, p95 in ms]. */
  points: (readonly [number, number])[];
  peak: number;
}

interface Bucket {
  calls: number;
  errors: number;
  slow: number;
  byService: Map<string, Map<number, number>>;
}

function addSketch(into: Map<number, number>, sketch: Sketch): void {
  for (const [index, n] of sketch) into.set(index, (into.get(index) ?? 0) + n);
}

function fill(
  cells: readonly TrafficCell[],
  bucket: number,
  front: ReadonlySet<string>,
): Map<number, Bucket> {
  const out = new Map<number, Bucket>();
  for (const cell of cells) {
    if (cell.kind !== 'server') continue;
    const second = Math.floor(cell.second / bucket) * bucket;
    let sum = out.get(second);
    if (!sum) {
      sum = { calls: 0, errors: 0, slow: 0, byService: new Map() };
      out.set(second, sum);
    }
    if (front.has(cell.service)) {
      sum.calls += cell.calls;
      sum.errors += cell.errors;
      sum.slow += Math.min(countAbove(cell.durations, SLOW_MS), cell.calls - cell.errors);
    }
    let sketch = sum.byService.get(cell.service);
    if (!sketch) {
      sketch = new Map();
      sum.byService.set(cell.service, sketch);
    }
    addSketch(sketch, cell.durations);
  }
  return out;
}

function durationLines(buckets: Map<number, Bucket>, bucket: number): DurationLine[] {
  const lines = new Map<string, DurationLine>();
  for (const [second, sum] of [...buckets].sort((a, b) => a[0] - b[0])) {
    for (const [service, counts] of sum.byService) {
      const p95 = quantile(
        [...counts].sort((a, b) => a[0] - b[0]),
        0.95,
      );
      if (p95 === null) continue;
      const line = lines.get(service) ?? { service, points: [], peak: 0 };
      line.points.push([(second + bucket / 2) * 1000, p95]);
      line.peak = Math.max(line.peak, p95);
      lines.set(service, line);
    }
  }
  return [...lines.values()].sort((a, b) => b.peak - a.peak);
}

/** Share of slow or failed answers at the entrance as bars; p95 of the entrance and of the slowest as lines. */
export function errorLane(
  timeline: Timeline,
  axis: Axis,
  bucket: number,
): { bars: ErrorBar[]; lines: DurationLine[]; front: string[] } {
  const cells = cellsBetween(timeline, axis.from, axis.now);
  const front = entrances(cells);
  const buckets = fill(cells, bucket, front);
  const bars: ErrorBar[] = [];
  for (const [second, sum] of buckets) {
    const bad = sum.errors + sum.slow;
    if (bad === 0 || sum.calls === 0) continue;
    bars.push({
      from: second * 1000,
      to: (second + bucket) * 1000,
      share: bad / sum.calls,
      calls: sum.calls,
    });
  }
  const all = durationLines(buckets, bucket);
  const first = all.find((line) => front.has(line.service));
  const others = all.filter((line) => line !== first).slice(0, 1);
  return { bars, lines: first ? [first, ...others] : others, front: [...front] };
}
