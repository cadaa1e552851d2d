import type { Brush } from './brush.ts';
import { setTerm } from './query-text.ts';

/** A duration as the search field reads it, rounded so that what lies on the edge stays inside. */
function edge(ms: number, round: (value: number) => number): string {
  return `${Number((round(ms * 1000) / 1000).toFixed(3))}ms`;
}

/** The address of a search in the selection alone. */
export function searchIn(brush: Brush, q: string): Record<string, string | null> {
  const above = setTerm(q, { key: 'duration', op: '>', value: edge(brush.low, Math.floor) });
  return {
    q: setTerm(above, { key: 'duration', op: '<', value: edge(brush.high, Math.ceil) }),
    from: String(Math.floor(brush.from)),
    to: String(Math.max(Math.floor(brush.from) + 1000, Math.ceil(brush.to))),
    at: null,
    range: null,
    brush: null,
  };
}

/** Two at most: a third takes the place of the first. */
export function picking(picked: readonly string[], id: string): string[] {
  return picked.includes(id) ? picked.filter((each) => each !== id) : [...picked, id].slice(-2);
}
