import {
  mergeSketches,
  quantile,
  type Sketch,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import { cellsBetween } from '../../../live/figures.ts';
import type { Chosen } from './break-options.ts';

/** Charts of the panel look back this far, milliseconds. */
export const CHART_MS = 120_000;

export interface ChartSeries {
  /** Begin of each bucket, epoch ms. */
  xs: number[];
  sent: (number | null)[];
  turnedAway: (number | null)[];
  /** Percent. */
  errors: (number | null)[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
}

interface Bucket {
  calls: number;
  errors: number;
  rejected: number;
  sketches: Sketch[];
}

function belongs(cell: TrafficCell, chosen: Chosen): boolean {
  switch (chosen.kind) {
    case 'service':
      return cell.service === chosen.service && (cell.kind === 'server' || cell.kind === 'consumer');
    case 'edge':
      return isOnEdge(cell, chosen.from, chosen.to);
    case 'queue':
      return cell.kind === 'consumer' && cell.peer === chosen.queue;
  }
}

function isOnEdge(cell: TrafficCell, from: string, to: string): boolean {
  if (from.startsWith('queue:'))
    return cell.kind === 'consumer' && cell.peer === from.slice(6) && cell.service === to;
  if (to.startsWith('queue:'))
    return cell.kind === 'producer' && cell.service === from && cell.peer === to.slice(6);
  return cell.kind === 'client' && cell.service === from && cell.peer === to;
}

/** Rate, error share and percentiles of what was chosen, in buckets of `step` seconds. */
export function chartSeries(timeline: Timeline, at: number, step: number, chosen: Chosen): ChartSeries {
  const width = Math.max(2, step);
  const end = Math.floor(at / 1000 / width) * width;
  const start = end - CHART_MS / 1000;
  const buckets = new Map<number, Bucket>();
  const bucketOf = (second: number): Bucket | undefined => buckets.get(Math.floor(second / width) * width);
  for (let s = start; s <= end; s += width)
    buckets.set(s, { calls: 0, errors: 0, rejected: 0, sketches: [] });
  for (const cell of cellsBetween(timeline, start * 1000, at + 1000)) {
    const bucket = belongs(cell, chosen) ? bucketOf(cell.second) : undefined;
    if (!bucket) continue;
    bucket.calls += cell.calls;
    bucket.errors += cell.errors;
    bucket.sketches.push(cell.durations);
  }
  if (chosen.kind === 'edge') addRejected(timeline, at, chosen, bucketOf);
  return toSeries(buckets, width, end);
}

function addRejected(
  timeline: Timeline,
  at: number,
  edge: { from: string; to: string },
  bucketOf: (second: number) => Bucket | undefined,
): void {
  for (const sample of timeline.breakers) {
    if (sample.at > at || sample.service !== edge.from || sample.peer !== edge.to) continue;
    const bucket = bucketOf(Math.floor(sample.at / 1000));
    if (bucket) bucket.rejected += sample.rejected;
  }
}

function toSeries(buckets: Map<number, Bucket>, width: number, end: number): ChartSeries {
  const out: ChartSeries = { xs: [], sent: [], turnedAway: [], errors: [], p50: [], p95: [], p99: [] };
  for (const [second, bucket] of buckets) {
    // The running bucket would look like a fall.
    if (second >= end) continue;
    const sketch = mergeSketches(bucket.sketches);
    out.xs.push(second * 1000);
    out.sent.push(bucket.calls === 0 ? null : bucket.calls / width);
    out.turnedAway.push(bucket.rejected === 0 ? null : bucket.rejected / width);
    out.errors.push(bucket.calls === 0 ? null : (bucket.errors / bucket.calls) * 100);
    out.p50.push(quantile(sketch, 0.5));
    out.p95.push(quantile(sketch, 0.95));
    out.p99.push(quantile(sketch, 0.99));
  }
  return out;
}
