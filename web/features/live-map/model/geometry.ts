import type { Point } from './layout.ts';

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

/** From ring to ring; `bow` is how far it bends to its right hand, as a share of its length. */
export function curveBetween(
  from: Point,
  fromRadius: number,
  to: Point,
  toRadius: number,
  bow: number,
): Curve {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const c = { x: (from.x + to.x) / 2 - dy * bow, y: (from.y + to.y) / 2 + dx * bow };
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
