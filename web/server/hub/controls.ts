import {
  CONTROL,
  type ControlAnswer,
  type ControlName,
  ERROR_CODES,
  StormglassError,
} from '@stormglass/agents/contract';
import type { z } from 'zod';
import type { AgentView } from '../../live/protocol.ts';
import type { State } from '../state/index.ts';
import type { AgentHub } from './agents.ts';

type Result<N extends ControlName> = z.infer<(typeof CONTROL)[N]['result']>;

/** What changes nothing is not written down. */
const READS: ReadonlySet<string> = new Set<ControlName>([
  'resilience.get',
  'switch.list',
  'crash.list',
  'queue.consumed',
  'queue.dead',
  'saga.stuck',
  'history.read',
  'invariants.wall',
  'invariants.evidence',
]);

/** Invokes what services offer on their channels, and writes down who did. */
export class Controls {
  readonly #hub: AgentHub;
  readonly #state: State;

  constructor(hub: AgentHub, state: State) {
    this.#hub = hub;
    this.#state = state;
  }

  /** Connected agents which offer the control, of one service or of any. */
  offering(name: string, service?: string): AgentView[] {
    return this.#hub
      .connected()
      .filter(
        (a) => (service === undefined || a.service === service) && a.controls.some((c) => c.name === name),
      );
  }

  /** Any control of any service; the first instance that offers it. */
  async invoke(service: string, name: string, input: unknown, by: string): Promise<unknown> {
    const agent = this.offering(name, service)[0];
    if (!agent) throw this.#absent(name, service);
    return this.#call(agent, name, input, by);
  }

  /** A control of the table, on the first agent that offers it and knows what it is about, typed both ways. */
  async known<N extends ControlName>(
    name: N,
    input: unknown,
    by: string,
  ): Promise<{ service: string; result: Result<N> }> {
    const agents = this.offering(name);
    for (const [i, agent] of agents.entries()) {
      try {
        return { service: agent.service, result: await this.knownOn(agent, name, input, by) };
      } catch (error) {
        const elsewhere = error instanceof StormglassError && error.code === 'not_found';
        if (!elsewhere || i === agents.length - 1) throw error;
      }
    }
    throw this.#absent(name);
  }

  async knownOn<N extends ControlName>(
    agent: AgentView,
    name: N,
    input: unknown,
    by: string,
  ): Promise<Result<N>> {
    const answer = await this.#call(agent, name, CONTROL[name].input.parse(input), by);
    const result = CONTROL[name].result.safeParse(answer);
    if (result.success) return result.data as Result<N>;
    throw new StormglassError(
      'control_failed',
      `${agent.service} answered ${name} in a form that is not the one of the contract`,
      'Update the agent of that service.',
      { cause: result.error },
    );
  }

  /** The control on every connected instance of a service that offers it. Fails when none of them answers. */
  async knownOnAll<N extends ControlName>(
    name: N,
    service: string,
    input: unknown,
    by: string,
  ): Promise<{ instance: string; result: Result<N> }[]> {
    const agents = this.offering(name, service);
    if (agents.length === 0) throw this.#absent(name, service);
    const tried = await Promise.allSettled(
      agents.map(async (agent) => {
        const result = await this.knownOn(agent, name, input, by);
        return { instance: agent.instance, result };
      }),
    );
    const answers = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = tried.find((one) => one.status === 'rejected');
    if (answers.length === 0 && failed) throw failed.reason;
    return answers;
  }

  /** A service that nobody has ever heard of is a mistake of the caller's; one that is away may come back. */
  #absent(name: string, service?: string): StormglassError {
    const all = [...new Set(this.#hub.list().map((agent) => agent.service))];
    if (service !== undefined && !all.includes(service)) {
      const known = all.length === 0 ? 'none is connected' : all.join(', ');
      return new StormglassError('not_found', `there is no service ${service}`, `Known services: ${known}.`);
    }
    return new StormglassError(
      'target_absent',
      service === undefined ? `no connected service offers ${name}` : `${service} does not offer ${name}`,
      'See GET /api/agents for what is connected and what it offers.',
    );
  }

  async #call(agent: AgentView, name: string, input: unknown, by: string): Promise<unknown> {
    const subject = `${agent.service} (${agent.instance})`;
    const audit = (outcome: string) => {
      if (READS.has(name)) return;
      this.#state.audit.add({ who: by, what: name, subject, why: brief(input), outcome });
    };
    try {
      const answer = await this.#hub.invoke(agent.agentId, { name, input, by });
      audit(answer.ok ? 'done' : `refused: ${answer.message}`);
      if (answer.ok) return answer.result;
      throw refusal(agent.service, name, answer);
    } catch (error) {
      if (error instanceof StormglassError) throw error;
      audit('no answer');
      throw new StormglassError(
        'control_failed',
        `${agent.service} did not answer ${name}`,
        'Look whether the process runs; it may be paused or overloaded. The action may have happened.',
        { cause: error },
      );
    }
  }
}

/** What is the caller's own mistake keeps its code; everything else is a failure over there. */
function refusal(
  service: string,
  name: string,
  { code, message, next }: Extract<ControlAnswer, { ok: false }>,
): StormglassError {
  const own = code !== undefined && ERROR_CODES[code].status < 500 ? code : 'control_failed';
  return new StormglassError(own, `${service} refused ${name}: ${message}`, next);
}

function brief(input: unknown): string {
  const text = JSON.stringify(input) ?? '';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
