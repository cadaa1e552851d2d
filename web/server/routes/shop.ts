import { type ControlName, StormglassError } from '@stormglass/agents/contract';
import type { AgentView } from '../../live/protocol.ts';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

export function shopRoutes(
  p: Parts,
): Pick<Handlers, 'wall' | 'evidence' | 'acknowledge' | 'stuckSagas' | 'orderPast'> {
  return {
    wall: async ({ who }) => {
      if (p.controls.offering('invariants.wall').length === 0) return { service: '', wall: null };
      const { service, result } = await p.controls.known('invariants.wall', {}, who);
      return { service, wall: result };
    },
    evidence: async (call) => {
      const { result } = await p.controls.known('invariants.evidence', { id: param(call, 'id') }, call.who);
      return result;
    },
    acknowledge: async (call) => {
      const input = { id: param(call, 'id'), reason: call.input.reason };
      const { result } = await p.controls.known('violations.acknowledge', input, call.who);
      return result;
    },
    stuckSagas: async ({ who }) => {
      const answers = await Promise.all(
        servicesWith(p, 'saga.stuck').map(async (agent) => ({
          service: agent.service,
          ...(await p.controls.knownOn(agent, 'saga.stuck', {}, who)),
        })),
      );
      return {
        asked: answers.map(({ service }) => service),
        sagas: answers.flatMap(({ sagas }) => sagas).sort((a, b) => a.stuckSince - b.stuckSince),
      };
    },
    orderPast: async (call) => {
      const orderId = param(call, 'id');
      const agents = servicesWith(p, 'history.read');
      const tried = await Promise.allSettled(
        agents.map((agent) => p.controls.knownOn(agent, 'history.read', { orderId }, call.who)),
      );
      const pasts = tried.flatMap((one, i) =>
        one.status === 'rejected'
          ? []
          : one.value.pasts.map((past) => ({ service: agents[i]?.service ?? '', ...past })),
      );
      const missed = tried.flatMap((one, i) =>
        one.status === 'fulfilled' ? [] : [{ service: agents[i]?.service ?? '', message: words(one.reason) }],
      );
      // The order before its payments.
      pasts.sort((a, b) => a.what.localeCompare(b.what) || a.id.localeCompare(b.id));
      return { orderId, pasts, missed };
    },
  };
}

/** The first instance of each connected service that offers it: all of them read the same database. */
function servicesWith(p: Parts, name: ControlName): AgentView[] {
  const first = new Map<string, AgentView>();
  for (const agent of p.controls.offering(name)) {
    if (!first.has(agent.service)) first.set(agent.service, agent);
  }
  return [...first.values()];
}

function words(reason: unknown): string {
  return reason instanceof StormglassError ? reason.message : 'it could not be read';
}
