import { edgeId } from '../../../live/figures.ts';
import { type Cluster, clusterNode, clustersOf, type Grouping, isClustered } from './clusters.ts';
import type { MapEdge, MapStructure } from './structure.ts';

/** What of a structure is drawn: the members of open clusters, closed clusters, and who stands alone. */
export interface MapView {
  /** Empty: everything stands for itself. */
  clusters: Cluster[];
  open: ReadonlySet<string>;
  shown: MapStructure;
  /** Who is drawn for a node or a cluster; ids that are not on the map stand for themselves. */
  standIn(id: string): string;
  /** The id of the edge that is drawn for one. */
  edgeOf(id: string): string;
  /** The edges behind one that is drawn for several. */
  behind: ReadonlyMap<string, MapEdge[]>;
}

/** Edges between the same two stand-ins become one; within one there is nothing to draw. */
function drawnEdges(edges: readonly MapEdge[], standIn: (id: string) => string) {
  const behind = new Map<string, MapEdge[]>();
  for (const edge of edges) {
    const [from, to] = [standIn(edge.from), standIn(edge.to)];
    if (from === to) continue;
    const id = edgeId(from, to);
    const list = behind.get(id);
    if (list) list.push(edge);
    else behind.set(id, [edge]);
  }
  return behind;
}

function merged(id: string, edges: readonly MapEdge[], standIn: (id: string) => string): MapEdge {
  const first = edges[0] as MapEdge;
  return {
    id,
    from: standIn(first.from),
    to: standIn(first.to),
    kind: edges.find(({ kind }) => kind === 'client')?.kind ?? first.kind,
    used: edges.some(({ used }) => used),
    recedes: edges.every(({ recedes }) => recedes),
  };
}

/** More lines than this at closed clusters are no picture: those for the fewest connections recede. */
const MOST_CLEAR = 40;

function receding(edges: readonly MapEdge[], all: ReadonlyMap<string, MapEdge[]>): MapEdge[] {
  const several = ({ id }: MapEdge): readonly MapEdge[] => all.get(id) ?? [];
  const atClusters = edges.filter((edge) => !edge.recedes && several(edge)[0]?.id !== edge.id);
  const least = atClusters
    .sort((a, b) => several(b).length - several(a).length || (a.id < b.id ? -1 : 1))
    .slice(MOST_CLEAR);
  const ids = new Set(least.map(({ id }) => id));
  return edges.map((edge) => (ids.has(edge.id) ? { ...edge, recedes: true } : edge));
}

function structureOf(structure: MapStructure, clusters: readonly Cluster[]) {
  const within = new Map(clusters.flatMap(({ id, members }) => members.map((member) => [member, id])));
  const standIn = (id: string): string => within.get(id) ?? id;
  const all = drawnEdges(structure.edges, standIn);
  const edges = [...all].map(([id, several]) =>
    several.length === 1 && several[0]?.id === id ? several[0] : merged(id, several, standIn),
  );
  const shown: MapStructure = {
    nodes: [...structure.nodes.filter(({ id }) => !within.has(id)), ...clusters.map(clusterNode)],
    edges: receding(edges, all),
    aliases: structure.aliases,
  };
  const behind = new Map([...all].filter(([id, edges]) => edges.length > 1 || edges[0]?.id !== id));
  const drawn = new Map([...behind].flatMap(([id, edges]) => edges.map((edge) => [edge.id, id] as const)));
  const edgeOf = (id: string): string => drawn.get(id) ?? id;
  return { shown, standIn, edgeOf, behind };
}

/** The map as if all of its clusters were closed, however many are open. */
export function closedStructure(structure: MapStructure, clusters: readonly Cluster[]): MapStructure {
  return structureOf(structure, clusters).shown;
}

/** Clusters of `open` show their members; `all` opens every one. */
export function viewOf(
  structure: MapStructure,
  grouping: Grouping,
  open: ReadonlySet<string> | 'all',
): MapView {
  const clusters = isClustered(structure, grouping) ? clustersOf(structure) : [];
  const opened = clusters.filter(({ id }) => open === 'all' || open.has(id));
  const closed = clusters.filter((cluster) => !opened.includes(cluster));
  const drawn = structureOf(structure, closed);
  return { clusters, open: new Set(opened.map(({ id }) => id)), ...drawn };
}

/** The edges behind one between clusters, or a cluster and a node; null when `id` names no cluster. */
export function edgesBetween(
  structure: MapStructure,
  clusters: readonly Cluster[],
  id: string,
): MapEdge[] | null {
  const [from = '', to = ''] = id.split('>');
  const membersOf = (end: string) => clusters.find((cluster) => cluster.id === end)?.members;
  const sides = [membersOf(from), membersOf(to)] as const;
  if (!sides[0] && !sides[1]) return null;
  const [fromIds, toIds] = [new Set(sides[0] ?? [from]), new Set(sides[1] ?? [to])];
  return structure.edges.filter((edge) => fromIds.has(edge.from) && toIds.has(edge.to));
}
