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
  let inside = 0;
  for (let i = 1; i < SAMPLES; i += 1) {
    const p = pointAt(curve, i / SAMPLES);
    if (boxes.some((box) => contains(box, p))) inside += 1;
  }
  return inside;
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
    const boxes = obstacles
      .filter(({ id }) => id !== edge.from && id !== edge.to)
      .flatMap((obstacle) => obstacle.boxes);
    // Two edges between the same two would lie over each other.
    const straight = both.has(edge.id) ? [] : [0];
    const bows = edge.recedes ? BOWS.slice(0, 1) : [...straight, ...BOWS];
    const tried = bows.map((bow) => {
      const curve = curveBetween(a, radiusOf(from), b, radiusOf(to), bow);
      return { curve, cost: crossing(curve, boxes) * CROSSING_COST + Math.abs(bow) * BEND_COST };
    });
    const best = tried.reduce((least, one) => (one.cost < least.cost ? one : least));
    curves.set(edge.id, best.curve);
  }
  return curves;
}

/** Where an edge says its rate and duration. */
export interface LabelPlace extends Point {
  anchor: 'start' | 'middle' | 'end';
}

/** Room for `120/s 3.48 s`. */
const LABEL = { width: 76, height: 15 } as const;
const PLACES_ALONG = [0.5, 0.42, 0.58, 0.34, 0.66, 0.74, 0.26];
const BESIDE_PX = 8;
const FLAT_DEGREES = 22;

function candidates(curve: Curve): { place: LabelPlace; box: Box }[] {
  return PLACES_ALONG.flatMap((t) => {
    const p = pointAt(curve, t);
    const angle = Math.abs(angleAt(curve, t));
    const flat = angle < FLAT_DEGREES || angle > 180 - FLAT_DEGREES;
    if (flat) return [boxed(p.x, p.y - BESIDE_PX, 'middle'), boxed(p.x, p.y + BESIDE_PX + 10, 'middle')];
    return [boxed(p.x + BESIDE_PX, p.y + 4, 'start'), boxed(p.x - BESIDE_PX, p.y + 4, 'end')];
  });
}

function boxed(x: number, y: number, anchor: LabelPlace['anchor']): { place: LabelPlace; box: Box } {
  const left = anchor === 'middle' ? x - LABEL.width / 2 : anchor === 'start' ? x : x - LABEL.width;
  return {
    place: { x, y, anchor },
    box: { left, right: left + LABEL.width, top: y - 11, bottom: y + LABEL.height - 11 },
  };
}

/** What the words of an edge at this place cover. */
export function edgeLabelBox(place: LabelPlace): Box {
  return boxed(place.x, place.y, place.anchor).box;
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
  const out = new Map<string, LabelPlace>();
  for (const edge of structure.edges) {
    if (edge.recedes || edge.kind !== 'client') continue;
    const curve = curves.get(edge.id);
    const free = curve
      ? candidates(curve).find(({ box }) => !taken.some((other) => intersects(box, other)))
      : undefined;
    if (!free) continue;
    taken.push(free.box);
    out.set(edge.id, free.place);
  }
  return out;
}
