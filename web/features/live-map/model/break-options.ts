import {
  FAULT_CATALOGUE,
  FaultAction,
  type FaultPosition,
  type FaultTarget,
  type FaultType,
  positionsOf,
} from '@stormglass/agents/contract';
import type { AgentView } from '../../../live/protocol.ts';

/** What needs more than defaults and the map's own fields (the name of a table, of a crash point) is not offered here. */
const ON_MAP = (Object.keys(FAULT_CATALOGUE) as FaultType[]).filter(
  (type) => FaultAction.safeParse({ type }).success,
);

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
  const { title } = FAULT_CATALOGUE[type];
  return position === 'before' ? title : (TITLES[position]?.[type] ?? `${title}, ${position}`);
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

/** The menu for what was chosen: the catalogue, cut down to what the connected agents can do to it. */
export function breakOptions(chosen: Chosen, agents: readonly AgentView[]): BreakOption[] {
  const options: BreakOption[] = [];
  for (const type of ON_MAP) {
    const row = FAULT_CATALOGUE[type];
    const kinds: readonly FaultTarget['kind'][] = row.targets;
    for (const target of targetsOf(chosen, agents)) {
      if (!kinds.includes(target.kind)) continue;
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
  return options.sort((a, b) => Number(a.position !== 'before') - Number(b.position !== 'before'));
}

/** A parameter of a fault as a form shows it. */
export interface Parameter {
  name: 'ms' | 'jitterMs' | 'status' | 'restartAfterMs';
  label: string;
  unit: string;
  initial: number;
  min: number;
  max: number;
}

export function parametersOf(type: FaultType): Parameter[] {
  switch (type) {
    case 'latency':
      return [
        { name: 'ms', label: 'Delay', unit: 'ms', initial: 3_500, min: 1, max: 600_000 },
        { name: 'jitterMs', label: '±', unit: 'ms', initial: 0, min: 0, max: 600_000 },
      ];
    case 'error':
      return [{ name: 'status', label: 'Status', unit: '', initial: 503, min: 400, max: 599 }];
    case 'process_kill':
      return [
        { name: 'restartAfterMs', label: 'Restart after', unit: 'ms', initial: 2_000, min: 0, max: 600_000 },
      ];
    default:
      return [];
  }
}

/** Whether single calls are hurt, so that a share of them makes sense. */
export function hurtsCalls(type: FaultType): boolean {
  return type === 'latency' || type === 'error' || type === 'hang' || type === 'reset';
}

export function actionOf(type: FaultType, values: Partial<Record<Parameter['name'], number>>): FaultAction {
  switch (type) {
    case 'latency':
      return { type, ms: values.ms ?? 1_000, jitterMs: values.jitterMs ?? 0 };
    case 'error':
      return { type, status: values.status ?? 503, body: '{"error":"injected by stormglass"}' };
    case 'process_kill':
      return { type, restartAfterMs: values.restartAfterMs ?? 2_000 };
    default:
      return FaultAction.parse({ type });
  }
}
