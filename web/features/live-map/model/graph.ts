import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import { brokenService } from '../../../live/fault-words.ts';
import {
  type BreakerView,
  breakersAt,
  breakerTrouble,
  cellsBefore,
  type EdgeFigures,
  edgeFigures,
  edgeId,
  faultsAt,
  type QueueView,
  queuesAt,
  serviceFigures,
  type TrafficFigures,
  totalFigures,
} from '../../../live/figures.ts';
import type { AgentView } from '../../../live/protocol.ts';

/** Rings and numbers are over this window, seconds. */
export const MAP_WINDOW_S = 30;
/** What was seen this long ago still stands on the map, quiet, seconds. */
export const STRUCTURE_WINDOW_S = 300;

/** The shop's stand-in for card provider, carrier and messaging; whoever only answers and is not ours looks the same. */
const OUTSIDE_NAME = /^outside\b/;

export type NodeKind = 'service' | 'client' | 'queue' | 'outside';

export interface MapNode {
  id: string;
  name: string;
  kind: NodeKind;
  /** It calls other services. */
  hub: boolean;
  database: boolean;
}

export interface MapEdge {
  id: string;
  from: string;
  to: string;
  kind: EdgeFigures['kind'];
}

/** What stands on the map, without figures: it changes seldom, and only with it does the layout. */
export interface MapStructure {
  nodes: MapNode[];
  edges: MapEdge[];
}

/** A queue and a service may have the same name. */
export function queueNodeId(queue: string): string {
  return `queue:${queue}`;
}

interface Seen {
  serving: Set<string>;
  calling: Set<string>;
  consuming: Set<string>;
  withDatabase: Set<string>;
  queues: Set<string>;
  edges: Map<string, MapEdge>;
}

function addEdge(edges: Map<string, MapEdge>, from: string, to: string, kind: MapEdge['kind']): void {
  if (from === to) return;
  const id = edgeId(from, to);
  edges.set(id, { id, from, to, kind });
}

function look(timeline: Timeline, at: number): Seen {
  const seen: Seen = {
    serving: new Set(),
    calling: new Set(),
    consuming: new Set(),
    withDatabase: new Set(),
    queues: new Set(),
    edges: new Map(),
  };
  for (const cell of cellsBefore(timeline, at, STRUCTURE_WINDOW_S)) {
    switch (cell.kind) {
      case 'server':
        seen.serving.add(cell.service);
        break;
      case 'client':
        seen.calling.add(cell.service);
        if (cell.peer !== '') addEdge(seen.edges, cell.service, cell.peer, 'client');
        break;
      case 'db':
        seen.withDatabase.add(cell.service);
        break;
      case 'producer':
        seen.queues.add(cell.peer);
        seen.calling.add(cell.service);
        addEdge(seen.edges, cell.service, queueNodeId(cell.peer), 'producer');
        break;
      case 'consumer':
        seen.queues.add(cell.peer);
        seen.consuming.add(cell.service);
        addEdge(seen.edges, queueNodeId(cell.peer), cell.service, 'consumer');
        break;
    }
  }
  for (const queue of queuesAt(timeline, at, MAP_WINDOW_S).keys()) seen.queues.add(queue);
  for (const breaker of breakersAt(timeline, at).values()) {
    seen.calling.add(breaker.service);
    addEdge(seen.edges, breaker.service, breaker.peer, 'client');
  }
  return seen;
}

function kindOf(name: string, seen: Seen, known: ReadonlySet<string>): NodeKind {
  if (OUTSIDE_NAME.test(name)) return 'outside';
  if (seen.serving.has(name) || seen.consuming.has(name)) return 'service';
  if (seen.calling.has(name)) return 'client';
  return known.has(name) ? 'service' : 'outside';
}

/** Nodes and edges seen in the last minutes, and the services whose agents are connected. */
export function mapStructure(timeline: Timeline, at: number, agents: readonly AgentView[]): MapStructure {
  const seen = look(timeline, at);
  const known = new Set(agents.filter((a) => a.kind === 'node' && a.connected).map((a) => a.service));
  const edges = [...seen.edges.values()];
  const names = new Set([...seen.serving, ...seen.calling, ...seen.consuming, ...known]);
  for (const edge of edges) if (edge.kind === 'client') names.add(edge.to);
  const nodes: MapNode[] = [...names].sort().map((name) => {
    const kind = kindOf(name, seen, known);
    const hub =
      kind === 'service' && edges.some((e) => e.from === name && kindOf(e.to, seen, known) === 'service');
    return { id: name, name, kind, hub, database: seen.withDatabase.has(name) && kind === 'service' };
  });
  for (const queue of [...seen.queues].sort()) {
    nodes.push({ id: queueNodeId(queue), name: queue, kind: 'queue', hub: false, database: false });
  }
  const ids = new Set(nodes.map((n) => n.id));
  return { nodes, edges: edges.filter((e) => ids.has(e.from) && ids.has(e.to)) };
}

/** Two structures with the same key have the same layout. */
export function structureKey(structure: MapStructure): string {
  const nodes = structure.nodes.map((n) => `${n.id}${n.kind[0]}${n.hub ? 'h' : ''}${n.database ? 'd' : ''}`);
  return `${nodes.join(',')}|${structure.edges
    .map((e) => e.id)
    .sort()
    .join(',')}`;
}

export interface NodeFigures {
  /** Its own work. */
  own: TrafficFigures | null;
  /** As its callers saw it; null when nobody called. */
  seen: TrafficFigures | null;
  queue: QueueView | null;
  faults: FaultInterval[];
  databaseDown: boolean;
  /** Calls per second which it makes. */
  outRate: number;
}

export interface EdgeState {
  figures: EdgeFigures | null;
  /** The most troubled breaker of the caller for this callee. */
  breaker: BreakerView | null;
  /** Calls per second which that breaker turned away. */
  turnedAwayRate: number;
  /** Rate in the half minute before it went quiet. */
  formerRate: number;
  faults: FaultInterval[];
}

export interface MapFigures {
  nodes: Map<string, NodeFigures>;
  edges: Map<string, EdgeState>;
}

function callersView(timeline: Timeline, at: number): Map<string, TrafficFigures> {
  const cells = cellsBefore(timeline, at, MAP_WINDOW_S).filter((c) => c.kind === 'client');
  const byPeer = new Map<string, typeof cells>();
  for (const cell of cells) {
    const list = byPeer.get(cell.peer);
    if (list) list.push(cell);
    else byPeer.set(cell.peer, [cell]);
  }
  return new Map([...byPeer].map(([peer, list]) => [peer, totalFigures(list, MAP_WINDOW_S)]));
}

function databaseDown(
  name: string,
  faults: readonly FaultInterval[],
  edges: Map<string, EdgeFigures>,
): boolean {
  if (faults.some((f) => f.spec.target.kind === 'database' && f.spec.target.service === name)) return true;
  for (const edge of edges.values()) {
    if (edge.kind === 'db' && edge.from === name && edge.calls > 0 && edge.errorShare > 0.5) return true;
  }
  return false;
}

function turnedAway(timeline: Timeline, breaker: BreakerView | null, at: number): number {
  if (!breaker) return 0;
  const window = 10_000;
  let rejected = 0;
  for (let i = timeline.breakers.length - 1; i >= 0; i -= 1) {
    const sample = timeline.breakers[i];
    if (!sample || sample.at <= at - window) break;
    if (sample.at <= at && sample.service === breaker.service && sample.name === breaker.name) {
      rejected += sample.rejected;
    }
  }
  return rejected / (window / 1000);
}

function trafficId(edge: MapEdge): string {
  const strip = (id: string) => id.replace(/^queue:/, '');
  return edgeId(strip(edge.from), strip(edge.to));
}

function edgeStates(
  structure: MapStructure,
  timeline: Timeline,
  at: number,
  faults: readonly FaultInterval[],
) {
  const figures = edgeFigures(timeline, at, MAP_WINDOW_S);
  const quiet = structure.edges.some((e) => !figures.has(trafficId(e)));
  const former = quiet ? edgeFigures(timeline, at - MAP_WINDOW_S * 1000, MAP_WINDOW_S * 2) : figures;
  const breakers = [...breakersAt(timeline, at).values()].sort(
    (a, b) => breakerTrouble(b.state) - breakerTrouble(a.state),
  );
  const states = new Map<string, EdgeState>();
  for (const edge of structure.edges) {
    const breaker = breakers.find((b) => b.service === edge.from && b.peer === edge.to) ?? null;
    const onEdge = faults.filter(
      (f) =>
        f.spec.target.kind === 'edge' && f.spec.target.from === edge.from && f.spec.target.to === edge.to,
    );
    const id = trafficId(edge);
    states.set(edge.id, {
      figures: figures.get(id) ?? null,
      breaker,
      turnedAwayRate: turnedAway(timeline, breaker, at),
      formerRate: former.get(id)?.rate ?? 0,
      faults: onEdge,
    });
  }
  return { states, figures };
}

/** The figures of each node and edge at an instant. */
export function mapFigures(structure: MapStructure, timeline: Timeline, at: number): MapFigures {
  const services = serviceFigures(timeline, at, MAP_WINDOW_S);
  const seen = callersView(timeline, at);
  const queues = queuesAt(timeline, at, MAP_WINDOW_S);
  const faults = faultsAt(timeline, at);
  const { states, figures } = edgeStates(structure, timeline, at, faults);
  const nodes = new Map<string, NodeFigures>();
  for (const node of structure.nodes) {
    nodes.set(node.id, {
      own: services.get(node.name) ?? null,
      seen: seen.get(node.name) ?? null,
      queue: node.kind === 'queue' ? (queues.get(node.name) ?? null) : null,
      faults: faults.filter((f) => f.spec.target.kind !== 'edge' && brokenService(f.spec.target) === node.id),
      databaseDown: databaseDown(node.name, faults, figures),
      outRate: structure.edges.reduce(
        (sum, e) => sum + (e.from === node.id ? (states.get(e.id)?.figures?.rate ?? 0) : 0),
        0,
      ),
    });
  }
  return { nodes, edges: states };
}
