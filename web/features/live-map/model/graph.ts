import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import { brokenService } from '../../../live/fault-words.ts';
import {
  type BreakerView,
  breakerId,
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
import { groupBy } from '../../../live/instants.ts';
import { type Probes, probesOf } from './probes.ts';
import type { MapEdge, MapStructure } from './structure.ts';

/** Rings and numbers are over this window, seconds. */
export const MAP_WINDOW_S = 30;

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
  /** Of a closed cluster: how many of its members fail. */
  failing?: number;
}

export interface EdgeState {
  figures: EdgeFigures | null;
  /** The most troubled breaker of the caller for this callee. */
  breaker: BreakerView | null;
  /** What it let through while half-open; null when it is not. */
  probes: Probes | null;
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

/** Services whose database is down: on purpose, or most statements fail. */
function withoutDatabase(faults: readonly FaultInterval[], edges: Map<string, EdgeFigures>): Set<string> {
  const out = new Set<string>();
  for (const { spec } of faults) if (spec.target.kind === 'database') out.add(spec.target.service);
  for (const edge of edges.values()) {
    if (edge.kind === 'db' && edge.calls > 0 && edge.errorShare > 0.5) out.add(edge.from);
  }
  return out;
}

const TURNED_AWAY_MS = 10_000;

/** Calls per second which each breaker turned away in the last seconds, by its id. */
function turnedAway({ breakers }: Timeline, at: number): Map<string, number> {
  const out = new Map<string, number>();
  for (let i = breakers.length - 1; i >= 0; i -= 1) {
    const sample = breakers[i];
    if (!sample || sample.at <= at - TURNED_AWAY_MS) break;
    if (sample.at > at || sample.rejected === 0) continue;
    const id = breakerId(sample);
    out.set(id, (out.get(id) ?? 0) + sample.rejected / (TURNED_AWAY_MS / 1000));
  }
  return out;
}

/** The most troubled breaker between the two ends of each edge. */
function guardsOf({ aliases }: MapStructure, timeline: Timeline, at: number): Map<string, BreakerView> {
  const out = new Map<string, BreakerView>();
  for (const breaker of breakersAt(timeline, at).values()) {
    const id = edgeId(breaker.service, aliases.get(breaker.peer) ?? breaker.peer);
    const known = out.get(id);
    if (!known || breakerTrouble(breaker.state) > breakerTrouble(known.state)) out.set(id, breaker);
  }
  return out;
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
  const guarding = guardsOf(structure, timeline, at);
  const away = turnedAway(timeline, at);
  const onEdges = groupBy(faults, ({ spec: { target } }) =>
    target.kind === 'edge' ? edgeId(target.from, target.to) : '',
  );
  const states = new Map<string, EdgeState>();
  for (const edge of structure.edges) {
    const breaker = guarding.get(edge.id) ?? null;
    const id = trafficId(edge);
    states.set(edge.id, {
      figures: figures.get(id) ?? null,
      breaker,
      probes: breaker ? probesOf(timeline, breaker, at) : null,
      turnedAwayRate: breaker ? (away.get(breaker.id) ?? 0) : 0,
      formerRate: former.get(id)?.rate ?? 0,
      faults: onEdges.get(edge.id) ?? [],
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
  const down = withoutDatabase(faults, figures);
  const onNodes = groupBy(faults, ({ spec: { target } }) =>
    target.kind === 'edge' ? '' : brokenService(target),
  );
  const outRates = new Map<string, number>();
  for (const { id, from } of structure.edges)
    outRates.set(from, (outRates.get(from) ?? 0) + (states.get(id)?.figures?.rate ?? 0));
  const nodes = new Map<string, NodeFigures>();
  for (const node of structure.nodes) {
    nodes.set(node.id, {
      own: services.get(node.name) ?? null,
      seen: seen.get(node.name) ?? null,
      queue: node.kind === 'queue' ? (queues.get(node.name) ?? null) : null,
      faults: onNodes.get(node.id) ?? [],
      databaseDown: down.has(node.name),
      outRate: outRates.get(node.id) ?? 0,
    });
  }
  return { nodes, edges: states };
}
