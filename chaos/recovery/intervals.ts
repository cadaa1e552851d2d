/** Half-open range of time [from, to), epoch milliseconds. */
export type Interval = [from: number, to: number];

/** Parts of the intervals that lie in [from, to), empty ones dropped. */
export function clip(intervals: Interval[], from: number, to: number): Interval[] {
  return intervals.map(([a, b]): Interval => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => a < b);
}

/** The same time covered by disjoint intervals in ascending order; touching ones become one. */
export function merge(intervals: Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Milliseconds covered (of disjoint intervals). */
export function length(intervals: Interval[]): number {
  return intervals.reduce((sum, [from, to]) => sum + to - from, 0);
}

/**
 * The earliest instant >= `from` at which nothing is broken and nothing breaks for `dwellMs`, or null if there is none
 * that can be proven by `knownTo`. Recovery and mitigation are both this question.
 */
export function firstCalm(broken: Interval[], from: number, dwellMs: number, knownTo: number): number | null {
  const candidates = [from, ...broken.map(([, to]) => to).filter((to) => to > from)].sort((a, b) => a - b);
  for (const at of candidates) {
    if (at + dwellMs > knownTo) return null;
    const hit = broken.some(([a, b]) => a < at + Math.max(dwellMs, 1) && b > at);
    if (!hit) return at;
  }
  return null;
}

/** `12:03:04.120` UTC, as figures name their instants. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
