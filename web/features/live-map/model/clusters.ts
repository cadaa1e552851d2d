import { type Group, groupsOf } from './layers.ts';
import { FEWEST, namespacesOf } from './namespaces.ts';
import type { MapNode, MapStructure } from './structure.ts';

/** With more services than this the map is clustered unless a person says else. */
export const CLUSTERED_ABOVE = 40;

/** `auto`: as many services as there are decide. */
export type Grouping = 'auto' | 'on' | 'off';

/** Several that stand as one until it is opened. */
export interface Cluster {
  /** `namespace:payments`, `layer:2`, `kind:outside world`; no node has such an id. */
  id: string;
  name: string;
  groups: Group[];
  /** Ids of all its nodes, queues too. */
  members: string[];
  layer: number;
}

const nameOf = ({ node, queues }: Group): string => node?.name ?? queues[0]?.name ?? '';
const idsOf = ({ node, queues }: Group): string[] => [...(node ? [node.id] : []), ...queues.map((q) => q.id)];

function middle(layers: readonly number[]): number {
  const sorted = [...layers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function clusterOf(id: string, name: string, groups: Group[]): Cluster {
  return {
    id,
    name,
    groups,
    members: groups.flatMap(idsOf),
    layer: middle(groups.map(({ layer }) => layer)),
  };
}

/** Which cluster a group belongs to besides namespaces; null: it stands alone. */
function kindOf({ node }: Group): 'outside world' | 'callers' | null {
  return node?.kind === 'outside' ? 'outside world' : node?.kind === 'client' ? 'callers' : null;
}

function byKey<T, K>(rows: readonly T[], key: (row: T) => K): Map<K, T[]> {
  const out = new Map<K, T[]>();
  for (const row of rows) out.set(key(row), [...(out.get(key(row)) ?? []), row]);
  return out;
}

const enough = ([, groups]: readonly [unknown, readonly Group[]]): boolean => groups.length >= FEWEST;

/**
 * All clusters of a map: namespaces first, then what is left by layer; who is not ours and who only calls apart. Those
 * whom everybody calls, and whoever has too few beside it, stand alone. The same structure has the same clusters.
 */
export function clustersOf(structure: MapStructure): Cluster[] {
  const groups = groupsOf(structure).filter(({ node }) => !node?.shared);
  const own = groups.filter((group) => kindOf(group) === null);
  const namespace = new Map<string, string>();
  for (const [name, members] of namespacesOf([...new Set(own.map(nameOf))])) {
    for (const member of members) namespace.set(member, name);
  }
  const named = byKey(
    own.filter((g) => namespace.has(nameOf(g))),
    (g) => namespace.get(nameOf(g)) ?? '',
  );
  const layered = byKey(
    own.filter((g) => !namespace.has(nameOf(g))),
    ({ layer }) => layer,
  );
  const others = byKey(
    groups.filter((g) => kindOf(g) !== null),
    (g) => kindOf(g) ?? '',
  );
  return [
    ...[...named].map(([name, list]) => clusterOf(`namespace:${name}`, name, list)),
    ...[...layered]
      .filter(enough)
      .map(([layer, list]) => clusterOf(`layer:${layer + 1}`, `layer ${layer + 1}`, list)),
    ...[...others].filter(enough).map(([name, list]) => clusterOf(`kind:${name}`, name, list)),
  ].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function isClustered({ nodes }: MapStructure, grouping: Grouping): boolean {
  if (grouping !== 'auto') return grouping === 'on';
  return nodes.filter(({ kind }) => kind === 'service').length > CLUSTERED_ABOVE;
}

/** The node that stands for a cluster. */
export function clusterNode({ id, name, members }: Cluster): MapNode {
  return {
    ...{ id, name, kind: 'cluster', members: members.length },
    ...{ hub: false, shared: false, database: false },
  };
}
