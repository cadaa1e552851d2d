import type { MapNode } from './graph.ts';
import type { Point } from './layout.ts';

/** How far an edge stays away from the middle of a node, px. */
export function radiusOf(node: MapNode): number {
  switch (node.kind) {
    case 'service':
      return node.hub ? 36 : 26;
    case 'client':
      return 22;
    case 'outside':
      return 18;
    case 'queue':
      return 42;
  }
}

/** A quadratic curve from ring to ring. */
export interface Curve {
  a: Point;
  c: Point;
  b: Point;
  length: number;
}

const GAP = 6;

function towards(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}

/**
 * Bows a little when the ends are not level, so that crossing edges can be told apart; `skips` says that it passes
 * other columns, and then it keeps clear of what stands between.
 */
export function curveBetween(
  from: Point,
  fromRadius: number,
  to: Point,
  toRadius: number,
  skips = false,
): Curve {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const level = Math.abs(dy) < 8 || Math.abs(dx) < 8;
  const bow = skips ? (dy > 0 ? -0.22 : 0.22) : level ? 0 : 0.08;
  const c = { x: (from.x + to.x) / 2 + dy * bow, y: (from.y + to.y) / 2 - dx * bow };
  const a = towards(from, c, fromRadius + GAP);
  const b = towards(to, c, toRadius + GAP);
  return { a, c, b, length: Math.hypot(b.x - a.x, b.y - a.y) };
}

export function pointAt({ a, c, b }: Curve, t: number): Point {
  const u = 1 - t;
  return {
    x: u * u * a.x + 2 * u * t * c.x + t * t * b.x,
    y: u * u * a.y + 2 * u * t * c.y + t * t * b.y,
  };
}

/** Direction of travel at t, degrees. */
export function angleAt({ a, c, b }: Curve, t: number): number {
  const u = 1 - t;
  const dx = 2 * u * (c.x - a.x) + 2 * t * (b.x - c.x);
  const dy = 2 * u * (c.y - a.y) + 2 * t * (b.y - c.y);
  return (Math.atan2(dy, dx) * 180) / Math.PI;
}

export function pathOf({ a, c, b }: Curve): string {
  return `M${a.x.toFixed(1)} ${a.y.toFixed(1)}Q${c.x.toFixed(1)} ${c.y.toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}`;
}
