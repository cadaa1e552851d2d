import { CELL_PX, cellOf } from './cells.ts';
import {
  columnHeight,
  columnPlaces,
  columnsOf,
  inOrder,
  MOST_PX,
  QUEUES_LOWER,
  queueRows,
  queuesHeight,
  queuesWidth,
  rowHeight,
  rowPlaces,
  sidesOf,
  squeezed,
} from './columns.ts';
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

function placeColumns(columns: readonly Group[][], canvas: Canvas): Layout {
  const xs = columnPlaces(columns.map(sidesOf), canvas.width);
  const places = new Map<string, Point>();
  columns.forEach((column, i) => {
    rowPlaces(column, canvas.height).forEach((y, row) => {
      const group = column[row];
      if (group) placeGroup(group, xs[i] ?? 0, y, places);
    });
  });
  return { canvas, places };
}

function sizeOf(columns: readonly Group[][]): { width: number; height: number } {
  const sides = columns.map(sidesOf);
  return {
    width: sides.reduce((sum, { left, right }) => sum + left + right, 0),
    height: Math.max(...columns.map(columnHeight)),
  };
}

/** How much larger than asked for a canvas has to be. */
function scaleOf(columns: readonly Group[][], asked: Canvas): number {
  const { width, height } = sizeOf(columns);
  return Math.max(1, height / asked.height, width / asked.width);
}

/** A cell with the gap beside it is so much wider than high, and a frame is to be so much wider than high. */
const CELL_SHAPE = 1.6;
const FRAME_SHAPE = 1.3;

/** Columns as high as they need to be, and a gap between them for their edges; for inside a frame. */
export function compact(groups: readonly Group[], structure: MapStructure, gap: number): Layout {
  const across = Math.ceil(Math.sqrt((groups.length * FRAME_SHAPE) / CELL_SHAPE));
  const columns = inOrder(columnsOf(squeezed(groups, across), MOST_PX), structure);
  const { width, height } = sizeOf(columns);
  const canvas = { width: Math.ceil(width) + gap * (columns.length - 1), height: Math.ceil(height) };
  return placeColumns(columns, { ...canvas, tall: false });
}

/** So many layers stand beside each other; with more, neighbours share a column. */
const MOST_LAYERS = 12;
/** Fewer or higher columns, for maps that would have another shape than what they are seen in. */
const FEWER = [MOST_LAYERS, 8, 6, 5, 4, 3, 2];
const HIGHER = [1, 2, 4, 8].map((times) => times * MOST_PX);
/** Only so much of a gain is worth another picture. */
const WORTH = 0.85;

function shapedColumns(groups: readonly Group[], asked: Canvas): Group[][] {
  let best = columnsOf(squeezed(groups, MOST_LAYERS), MOST_PX);
  let scale = scaleOf(best, asked);
  for (const layers of FEWER) {
    for (const most of HIGHER) {
      const columns = columnsOf(squeezed(groups, layers), most);
      const other = scaleOf(columns, asked);
      if (other < scale * WORTH) [best, scale] = [columns, other];
    }
  }
  return best;
}

function sideBySide(groups: readonly Group[], structure: MapStructure, asked: Canvas): Layout {
  const columns = inOrder(shapedColumns(groups, asked), structure);
  const scale = scaleOf(columns, asked);
  // It grows as a whole, so that it still fits the place it was asked for.
  const canvas = { ...asked, width: Math.ceil(asked.width * scale), height: Math.ceil(asked.height * scale) };
  return placeColumns(columns, canvas);
}

/** As many beside each other as fit; what has a room of its own stands alone. */
function rowsOf(nodes: readonly MapNode[], across: number): MapNode[][] {
  const small = nodes.filter(({ room }) => room === undefined);
  const rows = Array.from({ length: Math.ceil(small.length / across) }, (_, i) =>
    small.slice(i * across, (i + 1) * across),
  );
  return [...rows, ...nodes.filter(({ room }) => room !== undefined).map((node) => [node])];
}

/** Layers from top to bottom, each in rows of as many cells as fit beside each other; its queues below it. */
export function topDown(groups: readonly Group[], structure: MapStructure, asked: Canvas): Layout {
  const across = Math.floor(asked.width / CELL_PX);
  const places = new Map<string, Point>();
  let y = 0;
  const place = (nodes: readonly MapNode[]) => {
    for (const row of rowsOf(nodes, across)) {
      placeRow(row, asked.width / 2, y, places);
      y += rowHeight(row);
    }
  };
  for (const column of inOrder(columnsOf(groups, MOST_PX), structure)) {
    place(column.flatMap((g) => g.node ?? []));
    place(column.flatMap((g) => g.queues));
  }
  return { canvas: { ...asked, height: Math.max(asked.height, y) }, places };
}

/** Places for groups whose calls are those of `structure`. */
export function layoutGroups(groups: readonly Group[], structure: MapStructure, canvas: Canvas): Layout {
  if (groups.length === 0) return { canvas, places: new Map() };
  return canvas.tall ? topDown(groups, structure, canvas) : sideBySide(groups, structure, canvas);
}

/**
 * A layered layout: who starts calls first, the outside last, each queue beside the one who empties it. Every cell has
 * room for all its node can show, so that nothing ever lies over anything else. The same structure always stands the
 * same, in whatever order it became known; a newcomer moves its own column at most.
 */
export function layoutMap(structure: MapStructure, canvas: Canvas): Layout {
  return layoutGroups(groupsOf(structure), structure, canvas);
}
