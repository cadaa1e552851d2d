/**
 * A latency histogram that merges by addition: bucket i holds durations in [0.05 * 2^(i/8), 0.05 * 2^((i+1)/8)) ms.
 * Eight buckets per doubling bound the relative error of a quantile by 4.4 %; 0.05 ms to 10 min needs 188 buckets.
 * The same formula stands in the collector's SQL, so live and stored figures agree.
 */
const FLOOR_MS = 0.05;
const PER_DOUBLING = 8;
const MAX_INDEX = 199;

/** Sparse: [bucket index, count] pairs in ascending order of index. */
export type Sketch = [index: number, count: number][];

export function sketchIndex(ms: number): number {
  if (ms <= FLOOR_MS) return 0;
  return Math.min(MAX_INDEX, Math.floor(Math.log2(ms / FLOOR_MS) * PER_DOUBLING));
}

/** Middle (geometric) of a bucket, milliseconds. */
export function sketchValue(index: number): number {
  return FLOOR_MS * 2 ** ((index + 0.5) / PER_DOUBLING);
}

export function mergeSketches(parts: Iterable<Sketch>): Sketch {
  const counts = new Map<number, number>();
  for (const part of parts) for (const [i, n] of part) counts.set(i, (counts.get(i) ?? 0) + n);
  return [...counts].sort((a, b) => a[0] - b[0]);
}

/** The q-quantile (0..1) in milliseconds, or null without a sample. */
export function quantile(sketch: Sketch, q: number): number | null {
  let total = 0;
  for (const [, n] of sketch) total += n;
  if (total === 0) return null;
  let rank = Math.max(1, Math.ceil(q * total));
  for (const [i, n] of sketch) {
    rank -= n;
    if (rank <= 0) return sketchValue(i);
  }
  return null;
}

/** How many samples lie above `limitMs` (a bucket counts by its middle). */
export function countAbove(sketch: Sketch, limitMs: number): number {
  // sketchValue(i) > limitMs, solved for i: recoveries and comparisons ask this of each cell.
  const last = limitMs <= 0 ? -1 : Math.log2(limitMs / FLOOR_MS) * PER_DOUBLING - 0.5;
  let above = 0;
  for (const [i, n] of sketch) if (i > last) above += n;
  return above;
}
