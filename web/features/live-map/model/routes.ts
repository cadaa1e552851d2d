import { type Box, contains, intersects, labelBox, pictureBox } from './boxes.ts';
import { radiusOf } from './cells.ts';
import { angleAt, type Curve, curveBetween, pointAt } from './geometry.ts';
import type { Point } from './layout.ts';
import type { MapStructure } from './structure.ts';

/** Bends that are tried, the least first; the one that crosses least is taken. */
const BOWS = [0.06, -0.06, 0.14, -0.14, 0.24, -0.24, 0.36, -0.36];
const SAMPLES = 24;
const CROSSING_COST = 1;
const BEND_COST = 6;

interface Obstacle {
  id: string;
  boxes: Box[];
}

function obstaclesOf({ nodes }: MapStructure, places: ReadonlyMap<string, Point>): Obstacle[] {
  return nodes.flatMap((node) => {
    const at = places.get(node.id);
    return at ? [{ id: node.id, boxes: [pictureBox(node, at), labelBox(node, at)] }] : [];
  });
}

/** How much of a curve lies over what it does not belong to. */
function crossing(curve: Curve, boxes: readonly Box[]): number {
  if (boxes.length === 0) return 0;
  let inside = 0;
  for (let i = 1; i < SAMPLES; i += 1) {
    const p = pointAt(curve, i / SAMPLES);
    if (boxes.some((box) => contains(box, p))) inside += 1;
  }
  return inside;
}

/** All that a bend of an edge between the two may touch. */
function reachOf(a: Point, b: Point): Box {
  const most = Math.max(...BOWS) * Math.hypot(b.x - a.x, b.y - a.y);
  return {
    left: Math.min(a.x, b.x) - most,
    right: Math.max(a.x, b.x) + most,
    top: Math.min(a.y, b.y) - most,
    bottom: Math.max(a.y, b.y) + most,
  };
}

/** The bend that crosses least; of two as good the smaller one. */
function leastCrossing(bows: readonly number[], bend: (bow: number) => Curve, boxes: readonly Box[]): Curve {
  let best = { curve: bend(bows[0] ?? 0), cost: Number.POSITIVE_INFINITY };
  for (const bow of bows) {
    const least = Math.abs(bow) * BEND_COST;
    // Those after it bend more still.
    if (least >= best.cost) break;
    const curve = bend(bow);
    const cost = crossing(curve, boxes) * CROSSING_COST + least;
    if (cost < best.cost) best = { curve, cost };
  }
  return best.curve;
}

/** Level and alone between its ends an edge is straight; else it bends round what stands in its way. */
export function routesOf(structure: MapStructure, places: ReadonlyMap<string, Point>): Map<string, Curve> {
  const nodes = new Map(structure.nodes.map((n) => [n.id, n]));
  const both = new Set(structure.edges.map((e) => `${e.to}>${e.from}`));
  const obstacles = obstaclesOf(structure, places);
  const curves = new Map<string, Curve>();
  for (const edge of structure.edges) {
    const from = nodes.get(edge.from);
    const to = nodes.get(edge.to);
    const a = places.get(edge.from);
    const b = places.get(edge.to);
    if (!from || !to || !a || !b) continue;
    const bend = (bow: number) => curveBetween(a, radiusOf(from), b, radiusOf(to), bow);
    if (edge.recedes) {
      curves.set(edge.id, bend(BOWS[0] ?? 0));
      continue;
    }
    const reach = reachOf(a, b);
    const boxes = obstacles
      .filter(({ id }) => id !== edge.from && id !== edge.to)
      .flatMap((obstacle) => obstacle.boxes.filter((box) => intersects(box, reach)));
    // Two edges between the same two would lie over each other.
    const bows = both.has(edge.id) ? BOWS : [0, ...BOWS];
    curves.set(edge.id, leastCrossing(bows, bend, boxes));
  }
  return curves;
}

/** Where an edge says its rate, duration and failures. */
export interface LabelPlace extends Point {
  anchor: 'start' | 'middle' | 'end';
  /** With one line only, what failed stands in place of the duration. */
  lines: 1 | 2;
}

/** From one line of an edge's words to the next. */
export const LABEL_LINE_PX = 13;
/** Room for `120/s 3.48 s`, and below it for `12.5 % failed`. */
const LABEL = { width: 76, height: 15 } as const;
const PLACES_ALONG = [0.5, 0.42, 0.58, 0.34, 0.66, 0.74, 0.26];
const BESIDE_PX = 8;
const FLAT_DEGREES = 22;

function candidates(curve: Curve, lines: LabelPlace['lines']): { place: LabelPlace; box: Box }[] {
  const more = (lines - 1) * LABEL_LINE_PX;
  return PLACES_ALONG.flatMap((t) => {
    const p = pointAt(curve, t);
    const angle = Math.abs(angleAt(curve, t));
    const flat = angle < FLAT_DEGREES || angle > 180 - FLAT_DEGREES;
    const places: Omit<LabelPlace, 'lines'>[] = flat
      ? [
          { x: p.x, y: p.y - BESIDE_PX - more, anchor: 'middle' },
          { x: p.x, y: p.y + BESIDE_PX + 10, anchor: 'middle' },
        ]
      : [
          { x: p.x + BESIDE_PX, y: p.y + 4, anchor: 'start' },
          { x: p.x - BESIDE_PX, y: p.y + 4, anchor: 'end' },
        ];
    return places.map((place) => ({ place: { ...place, lines }, box: edgeLabelBox({ ...place, lines }) }));
  });
}

/** What the words of an edge at this place cover. */
export function edgeLabelBox({ x, y, anchor, lines }: LabelPlace): Box {
  const left = anchor === 'middle' ? x - LABEL.width / 2 : anchor === 'start' ? x : x - LABEL.width;
  const bottom = y + LABEL.height - 11 + (lines - 1) * LABEL_LINE_PX;
  return { left, right: left + LABEL.width, top: y - 11, bottom };
}

/**
 * A place beside each edge where its words cover no node and no other words; none where there is no such place: they
 * are then shown with the edge when it is chosen. Messages have none: what goes in and out is said at the tank.
 */
export function edgeLabels(
  structure: MapStructure,
  places: ReadonlyMap<string, Point>,
  curves: ReadonlyMap<string, Curve>,
): Map<string, LabelPlace> {
  const taken = obstaclesOf(structure, places).flatMap(({ boxes }) => boxes);
  // Above the map's own edge nothing can be read.
  const isFree = ({ box }: { box: Box }) => box.top >= 0 && !taken.some((other) => intersects(box, other));
  const out = new Map<string, LabelPlace>();
  for (const edge of structure.edges) {
    if (edge.recedes || edge.kind !== 'client') continue;
    const curve = curves.get(edge.id);
    const free = curve && (candidates(curve, 2).find(isFree) ?? candidates(curve, 1).find(isFree));
    if (!free) continue;
    taken.push(free.box);
    out.set(edge.id, free.place);
  }
  return out;
}
