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
import { guards, type MapEdge, type MapStructure } from './structure.ts';

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
    const breaker = breakers.find((b) => guards(structure, b, edge)) ?? null;
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
