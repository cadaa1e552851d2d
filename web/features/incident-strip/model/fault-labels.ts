import type { Axis } from './axis.ts';
import type { FaultBar } from './fault-lane.ts';

/** Where the words of a fault bar stand: in it, or ending (`left`) or starting (`right`) at `x`. */
export type LabelPlace = { side: 'inside' | 'left' | 'right'; x: number };

/** About how wide a character of 10.5 px is. */
const CHAR = 5.7;
const GAP = 7;

export function labelWidth(words: string): number {
  return words.length * CHAR + 12;
}

/** A place for each bar's words that touches no other bar and no other words; the newest bars choose first. */
export function labelPlaces(bars: readonly FaultBar[], axis: Axis): Map<string, LabelPlace> {
  const right = axis.left + axis.width;
  const solid = bars.map((bar) => ({
    bar,
    from: Math.max(axis.left, axis.x(bar.from)),
    seen: Math.min(right, axis.x(bar.to)),
    to: Math.min(right, axis.x(Math.max(bar.to, bar.leaseEnd ?? 0))),
  }));
  const taken = solid.map(({ from, to }) => ({ from, to }));
  const places = new Map<string, LabelPlace>();
  for (const { bar, from, seen, to } of solid.toReversed()) {
    const need = labelWidth(bar.words);
    if (seen - from >= need) {
      places.set(bar.id, { side: 'inside', x: from });
      continue;
    }
    const free = (a: number, b: number) =>
      a >= axis.left && b <= right && taken.every((other) => other.to <= a || other.from >= b);
    const left = { from: from - GAP - need, to: from - 1 };
    const after = { from: to + 1, to: to + GAP + need };
    if (free(left.from, left.to)) {
      taken.push(left);
      places.set(bar.id, { side: 'left', x: from - GAP });
    } else if (free(after.from, after.to)) {
      taken.push(after);
      places.set(bar.id, { side: 'right', x: to + GAP });
    }
  }
  return places;
}
