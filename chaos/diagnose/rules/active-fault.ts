import {
  type FaultInterval,
  type FaultTarget,
  injectingService,
  type Timeline,
} from '@stormglass/agents/contract';
import { faultTitle } from '../../engine/index.ts';
import type { Rule } from '../evidence.ts';
import { CHAOS } from '../links.ts';

/** Somebody hurts it, or what it needs, or who calls it, on purpose. */
export const activeFault: Rule = {
  name: 'active-fault',
  looksAt: 'faults on it, on what it calls and on who calls it',
  find: ({ service, faults, timeline }) => {
    const callees = peers(timeline, service, 'callee');
    const callers = peers(timeline, service, 'caller');
    return faults.flatMap((fault) => {
      const near = nearness(fault.spec.target, service, callees, callers);
      return near === null
        ? []
        : [{ likely: near.likely, says: words(fault, near.where), evidence: [CHAOS] }];
    });
  },
};

function nearness(target: FaultTarget, service: string, callees: Set<string>, callers: Set<string>) {
  const hurts = target.kind === 'edge' ? target.to : target.service;
  if (injectingService(target) === service) return { likely: 0.97, where: 'on it' };
  if (hurts === service) return { likely: 0.9, where: 'on the way to it' };
  if (callees.has(hurts)) return { likely: 0.86, where: `downstream, on ${hurts}` };
  if (callers.has(injectingService(target))) {
    return { likely: 0.6, where: `upstream, on ${injectingService(target)}` };
  }
  return null;
}

function peers(timeline: Timeline, service: string, want: 'caller' | 'callee'): Set<string> {
  return new Set(
    timeline.traffic.flatMap((cell) => {
      if (cell.kind !== 'client') return [];
      if (want === 'callee') return cell.service === service ? [cell.peer] : [];
      return cell.peer === service ? [cell.service] : [];
    }),
  );
}

function words({ spec, owner, injections }: FaultInterval, where: string): string {
  return `${faultTitle(spec)} is armed ${where}, by ${owner}; it hit ${injections} times so far`;
}
