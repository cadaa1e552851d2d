import {
  type ErrorCode,
  type FaultSpec,
  type FaultTarget,
  faultProblem,
  injectingService,
  StormglassError,
} from '@stormglass/agents/contract';
import type { AgentView } from '../../live/protocol.ts';

/** Never a target, whatever the configuration says: the dashboard must be able to end what it began. */
const ALWAYS_PROTECTED = ['stormglass', 'web', 'collector', 'host', 'host-agent'];

/**
 * The agents which would inject the fault. Throws with the code that tells why there is none: a spec that means
 * nothing, a protected target, nobody connected, chaos not allowed there, or an agent that cannot do it.
 */
export function resolveTargets(
  spec: FaultSpec,
  agents: readonly AgentView[],
  protectedServices: readonly string[],
): AgentView[] {
  const problem = faultProblem(spec);
  if (problem) throw refuse('invalid_request', problem, 'Choose a target and position the fault applies to.');
  const hurt = hurtServices(spec.target);
  const guarded = hurt.find((s) => ALWAYS_PROTECTED.includes(s) || protectedServices.includes(s));
  if (guarded !== undefined) {
    throw refuse('target_protected', `${guarded} is protected`, 'Choose another target.');
  }
  const able = viaHost(spec) ? hostAgents(spec, agents) : nodeAgents(spec.target, agents);
  if (able.length === 0) throw absent(spec);
  const allowed = able.filter((agent) => agent.chaosAllowed);
  if (allowed.length === 0) {
    throw refuse(
      'chaos_not_allowed',
      `${injectingService(spec.target)} does not allow chaos`,
      'Start it with STORMGLASS_CHAOS=on.',
    );
  }
  const pair = `${spec.action.type}:${spec.target.kind}`;
  const capable = allowed.filter((agent) => agent.capabilities.includes(pair));
  if (capable.length === 0) {
    throw refuse(
      'fault_unsupported',
      `no agent of ${injectingService(spec.target)} can inject ${spec.action.type} on a ${spec.target.kind}`,
      'See GET /api/agents for what each agent can do.',
    );
  }
  // One host agent is enough: two would stop the same process twice.
  return viaHost(spec) ? capable.slice(0, 1) : capable;
}

/** Processes, databases and the network are hurt from outside, the rest from within the service. */
function viaHost(spec: FaultSpec): boolean {
  return ['process', 'database', 'proxy'].includes(spec.target.kind);
}

function hostAgents(spec: FaultSpec, agents: readonly AgentView[]): AgentView[] {
  const service = injectingService(spec.target);
  return agents.filter((a) => a.connected && a.kind === 'host' && a.reach.includes(service));
}

function nodeAgents(target: FaultTarget, agents: readonly AgentView[]): AgentView[] {
  const service = injectingService(target);
  const instance = target.kind === 'service' || target.kind === 'point' ? target.instance : undefined;
  return agents.filter(
    (a) =>
      a.connected &&
      a.kind !== 'host' &&
      a.service === service &&
      (instance === undefined || a.instance === instance),
  );
}

function hurtServices(target: FaultTarget): string[] {
  return target.kind === 'edge' ? [target.from] : [target.service];
}

function absent(spec: FaultSpec): StormglassError {
  const service = injectingService(spec.target);
  return viaHost(spec)
    ? refuse(
        'target_absent',
        `no connected host agent reaches ${service}`,
        'Start the service through the launcher, or run a host agent beside it.',
      )
    : refuse(
        'target_absent',
        `no agent of ${service} is connected`,
        'Check that the service runs with the agent and that STORMGLASS_HUB names this dashboard.',
      );
}

function refuse(code: ErrorCode, message: string, next: string): StormglassError {
  return new StormglassError(code, message, next);
}

/** A fault in a few words, for the audit log and for notices: `latency on payments`. */
export function describeTarget(target: FaultTarget): string {
  if (target.kind === 'edge') return `${target.from} -> ${target.to}`;
  if (target.kind === 'consumer') return `${target.service} (queue ${target.queue})`;
  if (target.kind === 'producer') return `${target.service} (to queue ${target.queue})`;
  if (target.kind === 'database') return `database of ${target.service}`;
  if (target.kind === 'proxy') return `network before the database of ${target.service}`;
  if (target.kind === 'point') return `${target.service} at ${target.point}`;
  return target.instance ? `${target.service} (${target.instance})` : target.service;
}
