import {
  FAULT_CATALOGUE,
  type FaultPosition,
  type FaultTarget,
  type FaultType,
  positionsOf,
  rowOf,
} from '@stormglass/agents/contract';
import { groupBy } from '../../../live/instants.ts';
import type { AgentView } from '../../../live/protocol.ts';

const TYPES = Object.keys(FAULT_CATALOGUE) as FaultType[];

/** One entry of the "Break this" menu: a fault which a connected agent can really inject here. */
export interface BreakOption {
  id: string;
  title: string;
  type: FaultType;
  target: FaultTarget;
  position: FaultPosition;
  /** Agents which will inject it. */
  agents: string[];
}

/** What was chosen on the map. */
export type Chosen =
  | { kind: 'service'; service: string; queues: readonly string[] }
  | { kind: 'edge'; from: string; to: string }
  | { kind: 'queue'; queue: string; consumers: readonly string[] };

/** The process of a service, or each of them by name when it has several. */
function processesOf(service: string, agents: readonly AgentView[]): FaultTarget[] {
  const own = agents.filter((agent) => agent.connected && agent.kind !== 'host' && agent.service === service);
  const instances = [...new Set(own.map((agent) => agent.instance))].sort();
  if (instances.length < 2) return [{ kind: 'process', service }];
  return instances.map((instance) => ({ kind: 'process', service, instance }));
}

function targetsOf(chosen: Chosen, agents: readonly AgentView[]): FaultTarget[] {
  switch (chosen.kind) {
    case 'service': {
      const { service } = chosen;
      return [
        { kind: 'service', service },
        { kind: 'database', service },
        { kind: 'proxy', service },
        ...processesOf(service, agents),
        ...chosen.queues.map((queue): FaultTarget => ({ kind: 'consumer', service, queue })),
      ];
    }
    case 'edge':
      return [{ kind: 'edge', from: chosen.from, to: chosen.to }];
    case 'queue':
      return chosen.consumers.map((service) => ({ kind: 'consumer', service, queue: chosen.queue }));
  }
}

function canInject(agent: AgentView, type: FaultType, target: FaultTarget): boolean {
  if (!agent.connected || !agent.chaosAllowed || !agent.capabilities.includes(`${type}:${target.kind}`))
    return false;
  const service = target.kind === 'edge' ? target.from : target.service;
  return agent.kind === 'host' ? agent.reach.includes(service) : agent.service === service;
}

/** Where not the call but its reply or its time is hurt, that has a name of its own. */
const TITLES: Partial<Record<FaultPosition, Partial<Record<FaultType, string>>>> = {
  after: { latency: 'Late reply', error: 'Lost reply', hang: 'No reply', reset: 'Reply cut off' },
  late: { error: 'Refused, then done', hang: 'Done after the timeout', reset: 'Cut off, then done' },
  duplicate: { latency: 'Done twice' },
};

function titleOf(type: FaultType, position: FaultPosition): string {
  const { title, positions } = rowOf(type);
  return position === positions[0] ? title : (TITLES[position]?.[type] ?? `${title}, ${position}`);
}

/** What tells apart options of one type and kind. */
function whichOf(target: FaultTarget, chosen: Chosen): { id: string[]; suffix: string } {
  if (target.kind === 'consumer' || target.kind === 'producer') {
    const suffix = chosen.kind === 'service' ? ` (${target.queue})` : '';
    return { id: [target.service, target.queue], suffix };
  }
  if (target.kind === 'process' && target.instance !== undefined) {
    return { id: [target.instance], suffix: ` (${target.instance})` };
  }
  return { id: [], suffix: '' };
}

/** Entries of one name say what each of them hurts. */
function tellApart(options: BreakOption[]): void {
  for (const same of groupBy(options, ({ title }) => title).values()) {
    if (same.length < 2) continue;
    for (const option of same) option.title += ` (${option.target.kind})`;
  }
}

/** The menu for what was chosen: the catalogue, cut down to what the connected agents can do to it. */
export function breakOptions(chosen: Chosen, agents: readonly AgentView[]): BreakOption[] {
  const options: BreakOption[] = [];
  for (const type of TYPES) {
    const { targets } = rowOf(type);
    for (const target of targetsOf(chosen, agents)) {
      if (!targets.includes(target.kind)) continue;
      const able = agents.filter((a) => canInject(a, type, target));
      if (able.length === 0) continue;
      const which = whichOf(target, chosen);
      for (const position of positionsOf(type, target.kind)) {
        options.push({
          id: [type, target.kind, position, ...which.id].join(':'),
          title: `${titleOf(type, position)}${which.suffix}`,
          type,
          target,
          position,
          agents: able.map((a) => a.instance),
        });
      }
    }
  }
  tellApart(options);
  const usual = ({ type, position }: BreakOption) => position === rowOf(type).positions[0];
  return options.sort((a, b) => Number(usual(b)) - Number(usual(a)));
}
