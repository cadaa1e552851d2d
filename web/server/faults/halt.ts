import { type LeaseEnded, StormglassError } from '@stormglass/agents/contract';
import type { Answer } from '../../live/answers.ts';
import type { AgentView, HaltState } from '../../live/protocol.ts';
import type { AgentHub } from '../hub/agents.ts';
import { NOT_HALTED } from '../state/halt.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import type { FaultBoard } from './board.ts';

type HaltAnswerRow = Answer<'halt'>['answers'][number];

/** The big switch: everything off now, nothing on until somebody allows it again. Survives restarts. */
export class Halt {
  #state: HaltState;
  readonly #hub: AgentHub;
  readonly #board: FaultBoard;
  readonly #store: State;
  readonly #time: Time;
  readonly #listeners: ((state: HaltState) => void)[] = [];

  constructor(hub: AgentHub, board: FaultBoard, store: State, time: Time) {
    this.#hub = hub;
    this.#board = board;
    this.#store = store;
    this.#time = time;
    this.#state = store.halt.read();
  }

  get state(): HaltState {
    return this.#state;
  }

  listen(listener: (state: HaltState) => void): void {
    this.#listeners.push(listener);
  }

  refuseWhenHalted(): void {
    if (!this.#state.halted) return;
    throw new StormglassError(
      'halted',
      `chaos is halted: ${this.#state.reason ?? ''}`,
      'Allow it again with DELETE /api/halt (Stop all chaos -> Resume).',
    );
  }

  /**
   * Refuses new faults first, then orders all agents in parallel and waits for their read-backs. `lastEffectGoneMs` is
   * from the call to the last answer that ended something, on the hub's own clock: an upper bound whatever the clocks
   * of the agents say.
   */
  async halt(reason: string, who: string): Promise<Answer<'halt'>> {
    const began = this.#time.monotonic();
    this.#set({ halted: true, at: this.#time.now(), by: who, reason, lastEffectGoneMs: null });
    let lastGone: number | null = null;
    const answers = await Promise.all(
      this.#hub.connected().map(async (agent) => {
        const row = await this.#order(agent, reason);
        if (row.ended.length > 0) lastGone = Math.max(lastGone ?? 0, this.#time.monotonic() - began);
        return row;
      }),
    );
    const silent = answers.filter((row) => row.problem !== '').length;
    // Rounded up: this figure must never look better than it was.
    if (this.#state.halted && lastGone !== null) {
      this.#set({ ...this.#state, lastEffectGoneMs: Math.ceil(lastGone) });
    }
    const ended = answers.flatMap((row) => row.ended);
    this.#store.audit.add({
      who,
      what: 'halt',
      subject: 'all agents',
      why: reason,
      outcome: `${ended.length} effects ended on ${answers.length} agents, ${silent} did not answer`,
    });
    return { state: this.#state, answers };
  }

  allow(who: string): HaltState {
    if (this.#state.halted) {
      this.#store.audit.add({
        who,
        what: 'unhalt',
        subject: 'all agents',
        why: '',
        outcome: 'chaos is allowed again',
      });
      this.#set(NOT_HALTED);
    }
    return this.#state;
  }

  async #order(agent: AgentView, reason: string): Promise<HaltAnswerRow> {
    const row = { agentId: agent.agentId, service: agent.service, instance: agent.instance };
    try {
      const answer = await this.#hub.halt(agent.agentId, reason);
      for (const end of answer.ended) this.#board.end(agent.agentId, end);
      return { ...row, ended: answer.ended, readBackAt: answer.readBackAt, problem: '' };
    } catch {
      // Told to the caller, and safe: its leases are not renewed and run out by themselves.
      const none: LeaseEnded[] = [];
      return {
        ...row,
        ended: none,
        readBackAt: null,
        problem: 'no answer; its leases run out by themselves',
      };
    }
  }

  #set(state: HaltState): void {
    this.#state = state;
    this.#store.halt.write(state);
    for (const listener of this.#listeners) listener(state);
  }
}
