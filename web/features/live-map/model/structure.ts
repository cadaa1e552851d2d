import type { Timeline, TrafficCell } from '@stormglass/agents/contract';
import {
  type BreakerView,
  breakersAt,
  cellsBefore,
  type EdgeFigures,
  edgeId,
  queuesAt,
} from '../../../live/figures.ts';
import type { AgentView } from '../../../live/protocol.ts';
import type { Cell } from './cells.ts';
import { sharedServices } from './shared.ts';

/** What was seen this long ago still stands on the map, quiet, seconds. */
export const STRUCTURE_WINDOW_S = 300;

/** The shop's stand-in for card provider, carrier and messaging; whoever only answers and is not ours looks the same. */
const OUTSIDE_NAME = /^outside\b/;
/** A callee to which nobody has given a name. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:]+\]|localhost):(\d+)$/i;

/** `cluster` stands for many, see clusters.ts. */
export type NodeKind = 'service' | 'client' | 'queue' | 'outside' | 'cluster';

export interface MapNode {
  id: string;
  name: string;
  kind: NodeKind;
  /** It calls other services. */
  hub: boolean;
  /** Nearly everybody calls it. */
  shared: boolean;
  database: boolean;
  /** A cluster's own: how many it stands for, and what an open one needs for all of them. */
  members?: number;
  room?: Cell;
}

export interface MapEdge {
  id: string;
  from: string;
  to: string;
  kind: EdgeFigures['kind'];
  /** Something went over it in the last minutes; else it is known from its breaker alone. */
  used: boolean;
  /** It says little, and is drawn so: it is not used, or one of its ends is a service which everybody calls. */
  recedes: boolean;
}

/** What stands on the map, without figures: it changes seldom, and only with it does the layout. */
export interface MapStructure {
  nodes: MapNode[];
  edges: MapEdge[];
  /** The service behind a callee that is known by another name, as a breaker `identity-tokens` is by its own. */
  aliases: ReadonlyMap<string, string>;
}

export const NO_STRUCTURE: MapStructure = { nodes: [], edges: [], aliases: new Map() };

/** A queue and a service may have the same name. */
export function queueNodeId(queue: string): string {
  return `queue:${queue}`;
}

type Seen = Omit<MapEdge, 'recedes'>;

/** What telemetry of the last minutes speaks of, by the names it uses. */
class Sighting {
  readonly serving = new Set<string>();
  readonly calling = new Set<string>();
  readonly consuming = new Set<string>();
  readonly withDatabase = new Set<string>();
  readonly queues = new Set<string>();
  readonly edges = new Map<string, Seen>();
  readonly #met = new Map<string, Map<string, Set<string>>>();

  /** False of what was said before: five minutes of 200 services are 240,000 cells, and nearly all repeat. */
  isNews({ kind, service, peer }: TrafficCell): boolean {
    const services = this.#met.get(kind) ?? new Map<string, Set<string>>();
    this.#met.set(kind, services);
    const peers = services.get(service) ?? new Set<string>();
    services.set(service, peers);
    if (peers.has(peer)) return false;
    peers.add(peer);
    return true;
  }

  addEdge(from: string, to: string, kind: MapEdge['kind'], used = true): void {
    const id = edgeId(from, to);
    if (from === to || to === '' || this.edges.has(id)) return;
    this.edges.set(id, { id, from, to, kind, used });
  }
}

function addTraffic(seen: Sighting, timeline: Timeline, at: number): void {
  for (const cell of cellsBefore(timeline, at, STRUCTURE_WINDOW_S)) {
    if (!seen.isNews(cell)) continue;
    const { kind, service, peer } = cell;
    switch (kind) {
      case 'server':
        seen.serving.add(service);
        break;
      case 'client':
        seen.calling.add(service);
        seen.addEdge(service, peer, 'client');
        break;
      case 'db':
        seen.withDatabase.add(service);
        break;
      case 'producer':
        seen.queues.add(peer);
        seen.calling.add(service);
        seen.addEdge(service, queueNodeId(peer), 'producer');
        break;
      case 'consumer':
        seen.queues.add(peer);
        seen.consuming.add(service);
        seen.addEdge(queueNodeId(peer), service, 'consumer');
        break;
    }
  }
}

/** Callees that only breakers name, and which begin with the name of a service: it is that service they guard. */
function aliasesOf(
  breakers: readonly BreakerView[],
  seen: Sighting,
  known: ReadonlySet<string>,
): Map<string, string> {
  const called = [...seen.edges.values()].filter((e) => e.kind === 'client').map((e) => e.to);
  const real = new Set([...seen.serving, ...known, ...called]);
  const aliases = new Map<string, string>();
  for (const { peer } of breakers) {
    if (real.has(peer)) continue;
    const behind = [...real].filter((name) => peer.startsWith(`${name}-`) || peer.startsWith(`${name}.`));
    const longest = behind.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0];
    if (longest !== undefined) aliases.set(peer, longest);
  }
  return aliases;
}

function kindOf(
  name: string,
  seen: Sighting,
  known: ReadonlySet<string>,
  called: ReadonlySet<string>,
): NodeKind {
  if (OUTSIDE_NAME.test(name)) return 'outside';
  if (seen.serving.has(name) || seen.consuming.has(name)) return 'service';
  if (known.has(name) && called.has(name)) return 'service';
  if (seen.calling.has(name)) return 'client';
  return known.has(name) ? 'service' : 'outside';
}

/** `port 38795` for an address without a name. */
function nameOf(id: string): string {
  const port = ADDRESS.exec(id)?.[1];
  return port === undefined ? id : `port ${port}`;
}

type Bare = Pick<MapNode, 'id' | 'kind'>;

function marked(
  nodes: readonly Bare[],
  edges: readonly Seen[],
  seen: Sighting,
  aliases: MapStructure['aliases'],
) {
  const shared = sharedServices(nodes, edges);
  const services = new Set(nodes.filter((n) => n.kind === 'service').map((n) => n.id));
  const recedes = ({ from, to, used }: Seen) => !used || shared.has(from) || shared.has(to);
  const hubs = new Set(edges.filter((e) => services.has(e.to) && !recedes(e)).map((e) => e.from));
  return {
    nodes: nodes.map(({ id, kind }): MapNode => {
      const service = kind === 'service';
      return {
        id,
        kind,
        name: kind === 'queue' ? id.slice(queueNodeId('').length) : nameOf(id),
        hub: service && hubs.has(id) && !shared.has(id),
        shared: shared.has(id),
        database: service && seen.withDatabase.has(id),
      };
    }),
    edges: edges.map((edge): MapEdge => ({ ...edge, recedes: recedes(edge) })),
    aliases,
  };
}

/**
 * Nodes and edges seen in the last minutes, and the services whose agents are connected; both in order of their ids,
 * in whatever order they came.
 */
export function mapStructure(timeline: Timeline, at: number, agents: readonly AgentView[]): MapStructure {
  const known = new Set(agents.filter((a) => a.kind === 'node' && a.connected).map((a) => a.service));
  const seen = new Sighting();
  addTraffic(seen, timeline, at);
  for (const queue of queuesAt(timeline, at, STRUCTURE_WINDOW_S).keys()) seen.queues.add(queue);
  const breakers = [...breakersAt(timeline, at).values()];
  const aliases = aliasesOf(breakers, seen, known);
  for (const { service, peer } of breakers) {
    seen.calling.add(service);
    seen.addEdge(service, aliases.get(peer) ?? peer, 'client', false);
  }
  const edges = [...seen.edges.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const called = new Set(edges.filter((e) => e.kind === 'client').map((e) => e.to));
  const names = [
    ...new Set([...seen.serving, ...seen.calling, ...seen.consuming, ...known, ...called]),
  ].sort();
  const nodes: Bare[] = [
    ...names.map((id) => ({ id, kind: kindOf(id, seen, known, called) })),
    ...[...seen.queues].sort().map((queue): Bare => ({ id: queueNodeId(queue), kind: 'queue' })),
  ];
  return marked(nodes, edges, seen, aliases);
}

/** Whether a breaker stands between the two ends of an edge. */
export function guards(
  { aliases }: Pick<MapStructure, 'aliases'>,
  breaker: Pick<BreakerView, 'service' | 'peer'>,
  edge: Pick<MapEdge, 'from' | 'to'>,
): boolean {
  return breaker.service === edge.from && (aliases.get(breaker.peer) ?? breaker.peer) === edge.to;
}

/** Two structures with the same key have the same layout. */
export function structureKey({ nodes, edges }: MapStructure): string {
  const marks = ({ kind, hub, shared, database }: MapNode) =>
    `${kind[0]}${hub ? 'h' : ''}${shared ? 's' : ''}${database ? 'd' : ''}`;
  return `${nodes.map((n) => n.id + marks(n)).join(',')}|${edges.map((e) => e.id + (e.used ? '' : '-')).join(',')}`;
}
