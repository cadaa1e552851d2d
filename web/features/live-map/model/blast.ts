import type { FaultTarget, Timeline } from '@stormglass/agents/contract';
import { breakersAt, cellsBefore } from '../../../live/figures.ts';
import { guards as guardsEdge, type MapStructure } from './structure.ts';

/** How far back the prediction looks, seconds. */
export const BLAST_WINDOW_S = 300;

/** What a fault would reach, judged by the last minutes. */
export interface Blast {
  /** Share of all calls between services, 0..1. */
  trafficShare: number;
  /** Services whose calls can lead to the target, the target excluded. */
  upstream: string[];
  /** Calls it would hurt in its lifetime. */
  calls: number;
  /** Breakers between the target and its callers: they are put to the test. */
  breakers: string[];
  /** Breakers that are open now and would hide the fault. */
  openBreakers: string[];
  /** Calls the prediction was made from. */
  basis: number;
}

/** Everybody from whom a way leads to one of `targets`, over calls and queues. */
export function upstreamOf(structure: MapStructure, targets: readonly string[]): string[] {
  const reached = new Set(targets);
  const names = new Map(structure.nodes.map((n) => [n.id, n]));
  let grew = true;
  while (grew) {
    grew = false;
    for (const edge of structure.edges) {
      if (!reached.has(edge.to) || reached.has(edge.from)) continue;
      // A consumer in trouble does not hurt who published: the queue lies between.
      if (edge.kind === 'consumer') continue;
      reached.add(edge.from);
      grew = true;
    }
  }
  return [...reached].filter((id) => !targets.includes(id) && names.get(id)?.kind === 'service').sort();
}

interface Reach {
  hit: number;
  all: number;
}

function callsOn(timeline: Timeline, at: number, target: FaultTarget): Reach {
  const reach: Reach = { hit: 0, all: 0 };
  const hits = (c: Timeline['traffic'][number]): boolean => {
    switch (target.kind) {
      case 'service':
      case 'point':
      case 'process':
        return c.kind === 'server' && c.service === target.service;
      case 'database':
      case 'proxy':
        return c.kind === 'server' && c.service === target.service;
      case 'edge':
        return c.kind === 'client' && c.service === target.from && c.peer === target.to;
      case 'producer':
        return c.kind === 'producer' && c.service === target.service && c.peer === target.queue;
      case 'consumer':
        return c.kind === 'consumer' && c.service === target.service && c.peer === target.queue;
    }
  };
  for (const cell of cellsBefore(timeline, at, BLAST_WINDOW_S)) {
    if (cell.kind === 'server') reach.all += cell.calls;
    if (hits(cell)) reach.hit += cell.calls;
  }
  return reach;
}

/** Seconds of the window that have data, so that a young system is not judged too mild. */
function knownSeconds(timeline: Timeline, at: number): number {
  const first = cellsBefore(timeline, at, BLAST_WINDOW_S)[0];
  return first ? Math.max(1, Math.floor(at / 1000) - first.second) : BLAST_WINDOW_S;
}

/** Predicts what a fault on `target` would reach. `percentage` 0..100, `durationMs` its life. */
export function predictBlast(
  structure: MapStructure,
  timeline: Timeline,
  at: number,
  fault: { target: FaultTarget; percentage: number; durationMs: number },
): Blast {
  const { target } = fault;
  const { hit, all } = callsOn(timeline, at, target);
  const share = fault.percentage / 100;
  const victim = target.kind === 'edge' ? target.from : target.service;
  const guards = [...breakersAt(timeline, at).values()].filter((b) =>
    target.kind === 'edge'
      ? guardsEdge(structure, b, target)
      : (structure.aliases.get(b.peer) ?? b.peer) === victim,
  );
  const upstream = upstreamOf(structure, [victim]);
  return {
    trafficShare: all === 0 ? 0 : Math.min(1, (hit * share) / all),
    upstream: target.kind === 'edge' ? [...new Set([victim, ...upstream])].sort() : upstream,
    calls: Math.round(((hit * share) / knownSeconds(timeline, at)) * (fault.durationMs / 1000)),
    breakers: guards.map((b) => b.id),
    openBreakers: guards.filter((b) => b.state === 'open' || b.state === 'forced_open').map((b) => b.id),
    basis: hit,
  };
}
