import { type Cell, cellOf } from './cells.ts';
import type { Group } from './layers.ts';
import type { MapNode, MapStructure } from './structure.ts';

/** Groups of one layer stand above each other; when they need more than this, px, in several columns. */
export const MOST_PX = 760;
/** Queues begin so far below the middle of their service, px. */
export const QUEUES_LOWER = 20;
/** So many queues of one service stand below each other; more stand in two columns. */
const QUEUES_BELOW = 2;

const heightOf = ({ up, down }: Cell): number => up + down;

/** The queues of a group in rows, beside its service. */
export function queueRows({ queues }: Group): MapNode[][] {
  const across = queues.length > QUEUES_BELOW ? 2 : 1;
  const rows = Math.ceil(queues.length / across);
  return Array.from({ length: rows }, (_, i) => queues.slice(i * across, (i + 1) * across));
}

export const rowHeight = (row: readonly MapNode[]): number =>
  Math.max(0, ...row.map((node) => heightOf(cellOf(node))));

export function queuesHeight(group: Group): number {
  return queueRows(group).reduce((sum, row) => sum + rowHeight(row), 0);
}

export function queuesWidth(group: Group): number {
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
  /** It is as wide as the queues beside others reach. */
  wide: boolean;
}

function extentOf(group: Group): Extent {
  const queues = queuesHeight(group);
  if (!group.node) return { up: queues / 2, down: queues / 2, queues: 0, wide: false };
  const { up, down } = cellOf(group.node);
  return { up, down, queues, wide: group.node.room !== undefined };
}

/** From the middle of one group to that of the next below it. */
function pitch(a: Extent, b: Extent): number {
  return b.wide ? lastDown(a) + b.up : Math.max(a.down + b.up, a.queues);
}

function lastDown({ down, queues }: Extent): number {
  return Math.max(down, queues === 0 ? 0 : QUEUES_LOWER + queues);
}

export function columnHeight(column: readonly Group[]): number {
  const extents = column.map(extentOf);
  const [first] = extents;
  const last = extents.at(-1);
  if (!first || !last) return 0;
  const between = extents.slice(1).reduce((sum, e, i) => sum + pitch(extents[i] ?? e, e), 0);
  return first.up + between + lastDown(last);
}

/** Neighbouring layers become one where there are more than `most`; their order stays. */
export function squeezed(groups: readonly Group[], most: number): readonly Group[] {
  const layers = [...new Set(groups.map(({ layer }) => layer))].sort((a, b) => a - b);
  if (layers.length <= most) return groups;
  const column = new Map(layers.map((layer, i) => [layer, Math.floor((i * most) / layers.length)]));
  return [...groups]
    .sort((a, b) => a.layer - b.layer)
    .map((group) => ({ ...group, layer: column.get(group.layer) ?? 0 }));
}

export function columnsOf(groups: readonly Group[], most: number): Group[][] {
  const layers = new Map<number, Group[]>();
  for (const group of groups) layers.set(group.layer, [...(layers.get(group.layer) ?? []), group]);
  const ordered = [...layers].sort(([a], [b]) => a - b).map(([, layer]) => layer);
  return ordered.flatMap((layer) => {
    const parts = Math.ceil(columnHeight(layer) / most);
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
export function inOrder(columns: Group[][], structure: MapStructure): Group[][] {
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
  return node === null ? 2 : node.kind === 'service' || node.kind === 'cluster' ? 0 : 1;
}

/** What lies left and right of the middle of a column, px. */
interface Sides {
  left: number;
  right: number;
}

export function sidesOf(column: readonly Group[]): Sides {
  const sides = { left: 0, right: 0 };
  for (const group of column) {
    const half = group.node ? cellOf(group.node).half : queuesWidth(group) / 2;
    sides.left = Math.max(sides.left, half + (group.node ? queuesWidth(group) : 0));
    sides.right = Math.max(sides.right, half);
  }
  return sides;
}

/** The middles of the columns, with what is left of the width between them. */
export function columnPlaces(sides: readonly Sides[], width: number): number[] {
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
export function rowPlaces(column: readonly Group[], height: number): number[] {
  const extents = column.map(extentOf);
  const gap = (height - columnHeight(column)) / (column.length + 1);
  let y = 0;
  return extents.map((extent, i) => {
    const before = extents[i - 1];
    y += gap + (before ? pitch(before, extent) : extent.up);
    return y;
  });
}
