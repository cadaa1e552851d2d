import type { FaultTarget, Timeline } from '@stormglass/agents/contract';
import { breakersAt } from '../../../live/figures.ts';
import { predictReach } from '../../../live/reach.ts';
import { guards as guardsEdge, type MapStructure } from './structure.ts';

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

/** Predicts what a fault on `target` would reach. `percentage` 0..100, `durationMs` its life. */
export function predictBlast(
  structure: MapStructure,
  timeline: Timeline,
  at: number,
  fault: { target: FaultTarget; percentage: number; durationMs: number },
): Blast {
  const { target } = fault;
  const { share, calls, basis } = predictReach(timeline, at, fault);
  const victim = target.kind === 'edge' ? target.from : target.service;
  const guards = [...breakersAt(timeline, at).values()].filter((b) =>
    target.kind === 'edge'
      ? guardsEdge(structure, b, target)
      : (structure.aliases.get(b.peer) ?? b.peer) === victim,
  );
  const upstream = upstreamOf(structure, [victim]);
  return {
    trafficShare: share,
    upstream: target.kind === 'edge' ? [...new Set([victim, ...upstream])].sort() : upstream,
    calls,
    breakers: guards.map((b) => b.id),
    openBreakers: guards.filter((b) => b.state === 'open' || b.state === 'forced_open').map((b) => b.id),
    basis,
  };
}
