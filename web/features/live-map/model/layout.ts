import type { MapNode, MapStructure } from './graph.ts';

export interface Point {
  x: number;
  y: number;
}

/** The map's own canvas, px at zoom 1; the view is fitted to it. */
export interface Canvas {
  width: number;
  height: number;
}
const HEIGHT = 580;
const NARROW: Canvas = { width: 1000, height: HEIGHT };
const WIDE: Canvas = { width: 1360, height: HEIGHT };

/** The canvas for a place of this size: wide when there is room, so that edges get it. */
export function canvasFor(width: number, height: number): Canvas {
  return height > 0 && width / height > 2.1 ? WIDE : NARROW;
}

const MARGIN = { left: 64, right: 92, top: 74, bottom: 84 } as const;
const MIN_ROW = 118;

const ORDER: Record<MapNode['kind'], number> = { service: 0, client: 1, outside: 2, queue: 3 };

/** Longest path from a node without callers; a cycle is cut where the walk meets it again. */
function layersOf({ nodes, edges }: MapStructure): Map<string, number> {
  const callers = new Map<string, string[]>();
  for (const edge of edges) callers.set(edge.to, [...(callers.get(edge.to) ?? []), edge.from]);
  const layers = new Map<string, number>();
  const walking = new Set<string>();
  const layerOf = (id: string): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    if (walking.has(id)) return 0;
    walking.add(id);
    let layer = 0;
    for (const caller of callers.get(id) ?? []) layer = Math.max(layer, layerOf(caller) + 1);
    walking.delete(id);
    layers.set(id, layer);
    return layer;
  };
  for (const node of nodes) layerOf(node.id);
  return layers;
}

/** Outside parties stand in a column of their own, beyond everybody else. */
function columnsOf(structure: MapStructure): MapNode[][] {
  const layers = layersOf(structure);
  const inside = structure.nodes.filter((n) => n.kind !== 'outside');
  const last = Math.max(0, ...inside.map((n) => layers.get(n.id) ?? 0));
  const columns: MapNode[][] = Array.from({ length: last + 1 }, () => []);
  for (const node of inside) columns[layers.get(node.id) ?? 0]?.push(node);
  const outside = structure.nodes.filter((n) => n.kind === 'outside');
  if (outside.length > 0) columns.push(outside);
  return columns.filter((c) => c.length > 0);
}

function neighbours(structure: MapStructure): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const { from, to } of structure.edges) {
    out.set(from, [...(out.get(from) ?? []), to]);
    out.set(to, [...(out.get(to) ?? []), from]);
  }
  return out;
}

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Puts wished heights into order with at least `gap` between them, and the whole inside the canvas. */
function spread(wishes: number[], gap: number): number[] {
  const out = [...wishes];
  for (let i = 1; i < out.length; i += 1) out[i] = Math.max(out[i] ?? 0, (out[i - 1] ?? 0) + gap);
  const low = MARGIN.top;
  const high = HEIGHT - MARGIN.bottom;
  const over = (out.at(-1) ?? 0) - high;
  if (over > 0) {
    for (let i = out.length - 1; i >= 0; i -= 1) {
      const limit = i === out.length - 1 ? high : (out[i + 1] ?? high) - gap;
      out[i] = Math.min(out[i] ?? 0, limit);
    }
  }
  const under = low - (out[0] ?? low);
  return under > 0 ? spreadEvenly(out.length) : out;
}

function spreadEvenly(n: number): number[] {
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  if (n === 1) return [MARGIN.top + height / 2];
  return Array.from({ length: n }, (_, i) => MARGIN.top + (i * height) / (n - 1));
}

/** Where many edges fan out, the columns stand further apart. */
function columnPlaces(columns: MapNode[][], width: number): number[] {
  if (columns.length === 1) return [MARGIN.left + width / 2];
  const gaps = columns
    .slice(1)
    .map((column, i) => (Math.max(column.length, columns[i]?.length ?? 0) >= 3 ? 1.3 : 1));
  const total = gaps.reduce((a, b) => a + b, 0);
  let x: number = MARGIN.left;
  const places = [x];
  for (const gap of gaps) {
    x += (gap / total) * width;
    places.push(x);
  }
  return places;
}

/**
 * A layered layout from left (who starts calls) to right (outside), computed here because it takes a millisecond and
 * stays put: the same structure always stands the same.
 */
export function layoutMap(structure: MapStructure, canvas: Canvas): Map<string, Point> {
  const columns = columnsOf(structure);
  const near = neighbours(structure);
  const width = canvas.width - MARGIN.left - MARGIN.right;
  const xs = columnPlaces(columns, width);
  const x = (i: number) => xs[i] ?? canvas.width / 2;
  const y = new Map<string, number>();
  for (const column of columns) {
    column.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.name.localeCompare(b.name));
    spreadEvenly(column.length).forEach((height, i) => {
      const node = column[i];
      if (node) y.set(node.id, height);
    });
  }
  const wish = (node: MapNode, from: ReadonlySet<string>): number => {
    const heights = (near.get(node.id) ?? []).filter((id) => from.has(id)).map((id) => y.get(id) ?? 0);
    return mean(heights) ?? y.get(node.id) ?? 0;
  };
  const settle = (column: MapNode[], from: ReadonlySet<string>) => {
    const wished = column.map((node) => ({ node, y: wish(node, from) })).sort((a, b) => a.y - b.y);
    const gap = Math.min(MIN_ROW, (HEIGHT - MARGIN.top - MARGIN.bottom) / Math.max(1, column.length - 1));
    const heights =
      column.length >= 4
        ? spreadEvenly(column.length)
        : spread(
            wished.map((w) => w.y),
            gap,
          );
    for (const [i, { node }] of wished.entries()) y.set(node.id, heights[i] ?? 0);
  };
  const idsOf = (column: MapNode[] | undefined) => new Set((column ?? []).map((n) => n.id));
  // Two sweeps each way settle any map a person can read.
  for (let pass = 0; pass < 2; pass += 1) {
    for (let i = columns.length - 2; i >= 0; i -= 1) settle(columns[i] ?? [], after(columns, i));
    for (let i = 1; i < columns.length; i += 1) settle(columns[i] ?? [], idsOf(columns[i - 1]));
  }
  const widest = columns.reduce((best, c, i) => (c.length > (columns[best]?.length ?? 0) ? i : best), 0);
  for (let i = columns.length - 1; i >= 0; i -= 1) {
    const alone = columns[i]?.length === 1;
    if (!alone) continue;
    // Whoever stands alone goes level with whom it calls; right of the widest column, with who calls it.
    const beside = i < widest ? columns[i + 1] : columns[i - 1];
    settle(columns[i] ?? [], i === columns.length - 1 ? everyone(columns) : idsOf(beside));
  }
  const points = new Map<string, Point>();
  columns.forEach((column, i) => {
    for (const node of column) points.set(node.id, { x: x(i), y: y.get(node.id) ?? 0 });
  });
  return points;
}

function everyone(columns: MapNode[][]): Set<string> {
  return new Set(columns.flatMap((c) => c.map((n) => n.id)));
}

function after(columns: MapNode[][], i: number): Set<string> {
  return new Set(columns.slice(i + 1).flatMap((c) => c.map((n) => n.id)));
}
