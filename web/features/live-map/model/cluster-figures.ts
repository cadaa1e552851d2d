import type { Timeline, TrafficCell } from '@stormglass/agents/contract';
import { breakerTrouble, cellsBefore, edgeId, totalFigures } from '../../../live/figures.ts';
import { type EdgeState, MAP_WINDOW_S, type MapFigures, type NodeFigures } from './graph.ts';
import { nodeState } from './node-state.ts';
import { type MapEdge, type MapStructure, queueNodeId } from './structure.ts';
import type { MapView } from './view.ts';

type Cells = Map<string, TrafficCell[]>;

function put(cells: Cells, key: string, cell: TrafficCell): void {
  const list = cells.get(key);
  if (list) list.push(cell);
  else cells.set(key, [cell]);
}

type Sorted = ReturnType<typeof sorted>;

/** The last cells of each stand-in: its own work, what its callers saw, and by the edges drawn for several. */
function sorted({ behind, standIn }: MapView, timeline: Timeline, at: number) {
  const own: Cells = new Map();
  const seen: Cells = new Map();
  const edges: Cells = new Map();
  for (const cell of cellsBefore(timeline, at, MAP_WINDOW_S)) {
    const service = standIn(cell.service);
    const inside = service !== cell.service;
    if (inside && (cell.kind === 'server' || cell.kind === 'consumer')) put(own, service, cell);
    if (cell.kind === 'server' || cell.kind === 'db') continue;
    const called = cell.kind === 'client' ? cell.peer : queueNodeId(cell.peer);
    const peer = standIn(called);
    if (cell.kind === 'client' && peer !== called) put(seen, peer, cell);
    const edge = cell.kind === 'consumer' ? edgeId(peer, service) : edgeId(service, peer);
    if (behind.has(edge)) put(edges, edge, cell);
  }
  return { own, seen, edges };
}

const total = (cells: TrafficCell[] | undefined) => (cells ? totalFigures(cells, MAP_WINDOW_S) : null);

/** The breaker to show for several edges: only one in trouble, the rest is calm. */
function worstBreaker(states: readonly EdgeState[]): EdgeState | null {
  const troubled = states.filter(({ breaker }) => breaker && breakerTrouble(breaker.state) > 1);
  return (
    troubled.sort(
      (a, b) => breakerTrouble(b.breaker?.state ?? 'closed') - breakerTrouble(a.breaker?.state ?? 'closed'),
    )[0] ?? null
  );
}

function failingNodes({ nodes }: MapStructure, figures: MapFigures): Set<string> {
  const failing = nodes.filter((node) => {
    const own = figures.nodes.get(node.id);
    return own && nodeState(node, own) === 'failing';
  });
  return new Set(failing.map(({ id }) => id));
}

function clusterNodes(structure: MapStructure, view: MapView, figures: MapFigures, { own, seen }: Sorted) {
  const failing = failingNodes(structure, figures);
  const out = new Map<string, NodeFigures>();
  for (const { id, members } of view.clusters) {
    if (view.open.has(id)) continue;
    const inside = members.flatMap((member) => figures.nodes.get(member) ?? []);
    out.set(id, {
      own: total(own.get(id)),
      seen: total(seen.get(id)),
      queue: null,
      faults: inside.flatMap(({ faults }) => faults),
      databaseDown: inside.some(({ databaseDown }) => databaseDown),
      outRate: inside.reduce((sum, { outRate }) => sum + outRate, 0),
      failing: members.filter((member) => failing.has(member)).length,
    });
  }
  return out;
}

function mergedEdge(
  edge: MapEdge,
  states: readonly EdgeState[],
  cells: TrafficCell[] | undefined,
): EdgeState {
  const summed = total(cells);
  const worst = worstBreaker(states);
  return {
    figures: summed && { from: edge.from, to: edge.to, kind: edge.kind, ...summed },
    breaker: worst?.breaker ?? null,
    probes: worst?.probes ?? null,
    turnedAwayRate: states.reduce((sum, { turnedAwayRate }) => sum + turnedAwayRate, 0),
    formerRate: states.reduce((sum, { formerRate }) => sum + formerRate, 0),
    faults: states.flatMap(({ faults }) => faults),
  };
}

/** The figures of the whole structure, with those of closed clusters and of the edges between them added. */
export function withClusters(
  structure: MapStructure,
  figures: MapFigures,
  view: MapView,
  timeline: Timeline,
  at: number,
): MapFigures {
  if (view.clusters.length === view.open.size) return figures;
  const cells = sorted(view, timeline, at);
  const edges = new Map(figures.edges);
  for (const edge of view.shown.edges) {
    const several = view.behind.get(edge.id);
    if (!several) continue;
    const states = several.flatMap(({ id }) => figures.edges.get(id) ?? []);
    edges.set(edge.id, mergedEdge(edge, states, cells.edges.get(edge.id)));
  }
  return { nodes: new Map([...figures.nodes, ...clusterNodes(structure, view, figures, cells)]), edges };
}
