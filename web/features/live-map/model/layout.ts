import { CELL_PX, type Cell, cellOf } from './cells.ts';
import { type Group, groupsOf } from './layers.ts';
import type { MapNode, MapStructure } from './structure.ts';

export interface Point {
  x: number;
  y: number;
}

/** The map's own canvas, px at zoom 1; the view is fitted to it. */
export interface Canvas {
  width: number;
  height: number;
  /** Calls go from top to bottom, as on a phone, instead of from left to right. */
  tall: boolean;
}

export interface Layout {
  /** At least the canvas that was asked for, larger when more has to stand on it. */
  canvas: Canvas;
  places: Map<string, Point>;
}

const HEIGHT = 580;
const NORMAL: Canvas = { width: 1000, height: HEIGHT, tall: false };
const WIDE: Canvas = { width: 1360, height: HEIGHT, tall: false };
const TALL: Canvas = { width: 3 * CELL_PX, height: 400, tall: true };
/** Below this width columns side by side could not be read. */
const TALL_BELOW_PX = 640;

/** The canvas for a place of this size: wide when there is room, so that edges get it. */
export function canvasFor(width: number, height: number): Canvas {
  if (width > 0 && width < TALL_BELOW_PX) return TALL;
  return height > 0 && width / height > 2.1 ? WIDE : NORMAL;
}

/** Groups of one layer stand above each other; when they need more than this, px, in several columns. */
const MOST_PX = 760;
/** Queues begin so far below the middle of their service, px. */
const QUEUES_LOWER = 20;
/** So many queues of one service stand below each other; more stand in two columns. */
const QUEUES_BELOW = 2;

const heightOf = ({ up, down }: Cell): number => up + down;

/** The queues of a group in rows, beside its service. */
function queueRows({ queues }: Group): MapNode[][] {
  const across = queues.length > QUEUES_BELOW ? 2 : 1;
  const rows = Math.ceil(queues.length / across);
  return Array.from({ length: rows }, (_, i) => queues.slice(i * across, (i + 1) * across));
}

const rowHeight = (row: readonly MapNode[]): number =>
  Math.max(0, ...row.map((node) => heightOf(cellOf(node))));

function queuesHeight(group: Group): number {
  return queueRows(group).reduce((sum, row) => sum + rowHeight(row), 0);
}

function queuesWidth(group: Group): number {
  return Math.max(0, ...queueRows(group).map((row) => row.reduce((sum, q) => sum + cellOf(q).half * 2, 0)));
}

/**
 * What a group needs above and below its middle, px. Its queues stand beside it and lower, so that the way to the
 * service itself stays free; `queues` is how far they reach down from there.
 */
interface Extent {
  up: number;
  down: number;
  queues: number;
}

function extentOf(group: Group): Extent {
  const queues = queuesHeight(group);
  if (!group.node) return { up: queues / 2, down: queues / 2, queues: 0 };
  const { up, down } = cellOf(group.node);
  return { up, down, queues };
}

/** From the middle of one group to that of the next below it. */
function pitch(a: Extent, b: Extent): number {
  return Math.max(a.down + b.up, a.queues);
}

function lastDown({ down, queues }: Extent): number {
  return Math.max(down, queues === 0 ? 0 : QUEUES_LOWER + queues);
}

function columnHeight(column: readonly Group[]): number {
  const extents = column.map(extentOf);
  const [first] = extents;
  const last = extents.at(-1);
  if (!first || !last) return 0;
  const between = extents.slice(1).reduce((sum, e, i) => sum + pitch(extents[i] ?? e, e), 0);
  return first.up + between + lastDown(last);
}

function columnsOf(groups: readonly Group[]): Group[][] {
  const layers = new Map<number, Group[]>();
  for (const group of groups) layers.set(group.layer, [...(layers.get(group.layer) ?? []), group]);
  const ordered = [...layers].sort(([a], [b]) => a - b).map(([, layer]) => layer);
  return ordered.flatMap((layer) => {
    const parts = Math.ceil(columnHeight(layer) / MOST_PX);
    const size = Math.ceil(layer.length / parts);
    return Array.from({ length: parts }, (_, i) => layer.slice(i * size, (i + 1) * size)).filter(
      (c) => c.length > 0,
    );
  });
}

const idOf = (group: Group): string => group.node?.id ?? group.queues[0]?.id ?? '';

const byId = <T extends { id: string }>(a: T, b: T): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Who calls whom or sends to it, but for those whom everybody calls. */
function callersIn({ nodes, edges }: MapStructure): Map<string, string[]> {
  const shared = new Set(nodes.filter((n) => n.shared).map((n) => n.id));
  const callers = new Map<string, string[]>();
  for (const { from, to, used } of [...edges].sort(byId)) {
    if (used && !shared.has(from) && !shared.has(to)) callers.set(to, [...(callers.get(to) ?? []), from]);
  }
  return callers;
}

/** In each column as the callers stand, then by kind and name; those whom everybody calls at its ends. */
function inOrder(columns: Group[][], structure: MapStructure): Group[][] {
  const callers = callersIn(structure);
  const place = new Map<string, number>();
  const wish = (group: Group): number => {
    const known = [idOf(group), ...group.queues.map((q) => q.id)]
      .flatMap((id) => callers.get(id) ?? [])
      .flatMap((id) => place.get(id) ?? []);
    return known.length === 0 ? 0.5 : known.reduce((a, b) => a + b, 0) / known.length;
  };
  return columns.map((column) => {
    const ranked = column
      .filter(({ node }) => !node?.shared)
      .map((group) => ({ group, id: idOf(group), wish: Math.round(wish(group) * 100) }))
      .sort((a, b) => rank(a.group) - rank(b.group) || a.wish - b.wish || byId(a, b))
      .map(({ group }) => group);
    const shared = column.filter(({ node }) => node?.shared);
    const ordered = [
      ...shared.filter((_, i) => i % 2 === 0),
      ...ranked,
      ...shared.filter((_, i) => i % 2 === 1),
    ];
    for (const [i, group] of ordered.entries()) place.set(idOf(group), (i + 0.5) / ordered.length);
    return ordered;
  });
}

function rank({ node }: Group): number {
  return node === null ? 2 : node.kind === 'service' ? 0 : 1;
}

/** What lies left and right of the middle of a column, px. */
interface Sides {
  left: number;
  right: number;
}

function sidesOf(column: readonly Group[]): Sides {
  const sides = { left: 0, right: 0 };
  for (const group of column) {
    const half = group.node ? cellOf(group.node).half : queuesWidth(group) / 2;
    sides.left = Math.max(sides.left, half + (group.node ? queuesWidth(group) : 0));
    sides.right = Math.max(sides.right, half);
  }
  return sides;
}

/** The middles of the columns, with what is left of the width between them. */
function columnPlaces(sides: readonly Sides[], width: number): number[] {
  const taken = sides.reduce((sum, { left, right }) => sum + left + right, 0);
  const gaps = Math.max(1, sides.length - 1);
  const gap = (width - taken) / gaps;
  let x = sides.length === 1 ? gap / 2 : 0;
  return sides.map(({ left, right }) => {
    const middle = x + left;
    x = middle + right + gap;
    return middle;
  });
}

/** The middles of a column's groups, with what is left of the height between them. */
function rowPlaces(column: readonly Group[], height: number): number[] {
  const extents = column.map(extentOf);
  const gap = (height - columnHeight(column)) / (column.length + 1);
  let y = 0;
  return extents.map((extent, i) => {
    const before = extents[i - 1];
    y += gap + (before ? pitch(before, extent) : extent.up);
    return y;
  });
}

/** Cells of one row from left to right around `x`. */
function placeRow(row: readonly MapNode[], x: number, top: number, places: Map<string, Point>): void {
  const up = Math.max(0, ...row.map((node) => cellOf(node).up));
  let left = x - row.reduce((sum, node) => sum + cellOf(node).half, 0);
  for (const node of row) {
    const { half } = cellOf(node);
    places.set(node.id, { x: left + half, y: top + up });
    left += half * 2;
  }
}

function placeGroup(group: Group, x: number, y: number, places: Map<string, Point>): void {
  const { node } = group;
  if (node) places.set(node.id, { x, y });
  const beside = node ? cellOf(node).half + queuesWidth(group) / 2 : 0;
  let top = y + (node ? QUEUES_LOWER : -queuesHeight(group) / 2);
  for (const row of queueRows(group)) {
    placeRow(row, x - beside, top, places);
    top += rowHeight(row);
  }
}

function sideBySide(columns: readonly Group[][], asked: Canvas): Layout {
  const sides = columns.map(sidesOf);
  const tallest = Math.max(...columns.map(columnHeight));
  const widest = sides.reduce((sum, { left, right }) => sum + left + right, 0);
  // It grows as a whole, so that it still fits the place it was asked for.
  const scale = Math.max(1, tallest / asked.height, widest / asked.width);
  const canvas = { ...asked, width: Math.ceil(asked.width * scale), height: Math.ceil(asked.height * scale) };
  const xs = columnPlaces(sides, canvas.width);
  const places = new Map<string, Point>();
  columns.forEach((column, i) => {
    rowPlaces(column, canvas.height).forEach((y, row) => {
      const group = column[row];
      if (group) placeGroup(group, xs[i] ?? 0, y, places);
    });
  });
  return { canvas, places };
}

/** Layers from top to bottom, each in rows of as many cells as fit beside each other; its queues below it. */
function topDown(columns: readonly Group[][], asked: Canvas): Layout {
  const across = Math.floor(asked.width / CELL_PX);
  const places = new Map<string, Point>();
  let y = 0;
  const place = (nodes: readonly MapNode[]) => {
    for (let i = 0; i < nodes.length; i += across) {
      const row = nodes.slice(i, i + across);
      placeRow(row, asked.width / 2, y, places);
      y += rowHeight(row);
    }
  };
  for (const column of columns) {
    place(column.flatMap((g) => g.node ?? []));
    place(column.flatMap((g) => g.queues));
  }
  return { canvas: { ...asked, height: Math.max(asked.height, y) }, places };
}

/**
 * A layered layout: who starts calls first, the outside last, each queue beside the one who empties it. Every cell has
 * room for all its node can show, so that nothing ever lies over anything else. The same structure always stands the
 * same, in whatever order it became known; a newcomer moves its own column at most.
 */
export function layoutMap(structure: MapStructure, canvas: Canvas): Layout {
  const columns = inOrder(columnsOf(groupsOf(structure)), structure);
  if (columns.length === 0) return { canvas, places: new Map() };
  return canvas.tall ? topDown(columns, canvas) : sideBySide(columns, canvas);
}
