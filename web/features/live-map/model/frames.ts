import type { Box } from './boxes.ts';
import type { Cell } from './cells.ts';
import { type Cluster, clusterNode } from './clusters.ts';
import { type Group, groupsOf } from './layers.ts';
import { type Canvas, compact, type Layout, layoutGroups, layoutMap, topDown } from './layout.ts';
import type { MapStructure } from './structure.ts';
import { closedStructure, type MapView } from './view.ts';

/** A frame's own parts, px: its name above what it holds, air within its line, and edges' way round it. */
const HEAD_PX = 30;
const AIR_PX = 10;
const AROUND_PX = 26;
/** On a phone a frame is as wide as the map. */
const AROUND_TALL_PX = 4;
/** Between the columns within. */
const GAP_PX = 64;

/** An open cluster as it stands on the map. */
export interface Frame {
  cluster: Cluster;
  box: Box;
}

export interface FramedLayout extends Layout {
  frames: Frame[];
}

interface Inner {
  cluster: Cluster;
  layout: Layout;
  around: number;
  room: Cell;
}

function within(structure: MapStructure, { members }: Cluster): MapStructure {
  const inside = new Set(members);
  return { ...structure, edges: structure.edges.filter((e) => inside.has(e.from) && inside.has(e.to)) };
}

function innerOf(cluster: Cluster, structure: MapStructure, canvas: Canvas): Inner {
  const own = within(structure, cluster);
  const around = canvas.tall ? AROUND_TALL_PX : AROUND_PX;
  const least = { ...canvas, width: canvas.width - 2 * (AROUND_TALL_PX + AIR_PX), height: 0 };
  const layout = canvas.tall ? topDown(cluster.groups, own, least) : compact(cluster.groups, own, GAP_PX);
  const half = layout.canvas.width / 2 + AIR_PX + around;
  const high = layout.canvas.height / 2 + around + (HEAD_PX + AIR_PX) / 2;
  return { cluster, layout, around, room: { half, up: high, down: high } };
}

/** Clusters as nodes, open ones with the room they need, and who stands alone; each in the layer it has anyway. */
function outerGroups(
  structure: MapStructure,
  { clusters }: MapView,
  inner: ReadonlyMap<string, Inner>,
): Group[] {
  const taken = new Set(clusters.flatMap(({ members }) => members));
  const alone = groupsOf(structure).filter(({ node, queues }) => !taken.has(node?.id ?? queues[0]?.id ?? ''));
  const standing = clusters.map((cluster): Group => {
    const room = inner.get(cluster.id)?.room;
    const node = { ...clusterNode(cluster), ...(room ? { room } : {}) };
    return { node, queues: [], layer: cluster.layer };
  });
  return [...alone, ...standing];
}

function placeInner({ cluster, layout, around, room }: Inner, outer: Layout): Frame {
  const middle = outer.places.get(cluster.id) ?? { x: 0, y: 0 };
  outer.places.delete(cluster.id);
  const box = {
    left: middle.x - room.half + around,
    right: middle.x + room.half - around,
    top: middle.y - room.up + around,
    bottom: middle.y + room.down - around,
  };
  for (const [id, { x, y }] of layout.places) {
    outer.places.set(id, { x: box.left + AIR_PX + x, y: box.top + HEAD_PX + y });
  }
  return { cluster, box };
}

/**
 * Places for what a view draws. An open cluster is a frame which stands where the closed one would, in the same column,
 * and has room for its members, laid out among themselves; so nothing lies over anything else, whatever is open.
 */
export function layoutView(structure: MapStructure, view: MapView, canvas: Canvas): FramedLayout {
  if (view.clusters.length === 0) return { ...layoutMap(structure, canvas), frames: [] };
  const opened = view.clusters.filter(({ id }) => view.open.has(id));
  const inner = new Map(opened.map((cluster) => [cluster.id, innerOf(cluster, structure, canvas)]));
  const outer = layoutGroups(
    outerGroups(structure, view, inner),
    closedStructure(structure, view.clusters),
    canvas,
  );
  return { ...outer, frames: [...inner.values()].map((one) => placeInner(one, outer)) };
}
