import { type FaultInterval, type LeaseEnded, StormglassError } from '@stormglass/agents/contract';
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
  /** Of the halt in force: when it was ordered, on the monotonic clock, and faults whose undo was not verified. */
  #order = { beganAt: 0, failed: 0 };

  constructor(hub: AgentHub, board: FaultBoard, store: State, time: Time) {
    this.#hub = hub;
    this.#board = board;
    this.#store = store;
    this.#time = time;
    this.#state = store.halt.read();
    board.listen((interval) => this.#ended(interval));
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
      'Allow it again with DELETE /api/halt (Release, in the banner of every page).',
    );
  }

  /**
   * Refuses new faults first, then orders all agents in parallel and waits for their read-backs. `lastEffectGoneMs` is
   * from the call to the read-back of the last fault, on the hub's own clock: an upper bound whatever the clocks of the
   * agents say. It stays null as long as a fault is not confirmed to be gone. Agents are ordered even when the halt
   * cannot be written down; that is told afterwards.
   */
  async halt(reason: string, who: string): Promise<Answer<'halt'>> {
    this.#order = { beganAt: this.#time.monotonic(), failed: 0 };
    const unwritten = this.#set({
      ...{ halted: true, at: this.#time.now(), by: who, reason },
      ...{ lastEffectGoneMs: null, unconfirmed: this.#board.active().length },
    });
    const answers = await Promise.all(this.#hub.connected().map((agent) => this.#command(agent, reason)));
    if (unwritten) throw unwritten;
    const silent = answers.filter((row) => row.problem !== '').length;
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
      const unwritten = this.#set(NOT_HALTED);
      if (unwritten) throw unwritten;
    }
    return this.#state;
  }

  /** A fault is over while chaos is halted: by the order, or later by its lease. */
  #ended(interval: FaultInterval): void {
    if (!this.#state.halted || this.#state.unconfirmed === 0 || interval.endedAt === null) return;
    if (!interval.reverted) this.#order.failed++;
    const unconfirmed = this.#board.active().length + this.#order.failed;
    // Rounded up: this figure must never look better than it was.
    const goneMs = Math.ceil(this.#time.monotonic() - this.#order.beganAt);
    this.#set({ ...this.#state, unconfirmed, lastEffectGoneMs: unconfirmed === 0 ? goneMs : null });
  }

  async #command(agent: AgentView, reason: string): Promise<HaltAnswerRow> {
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

  /** In force at once; the answer is an error if it could not be written down, so that a restart would not know it. */
  #set(state: HaltState): StormglassError | null {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
    try {
      this.#store.halt.write(state);
      return null;
    } catch (cause) {
      const words = state.halted ? 'chaos is halted' : 'chaos is allowed';
      return new StormglassError(
        'internal',
        `${words}, but that could not be written down: ${String(cause)}`,
        'Make the data directory writable, then ask again; until then a restart would not know it.',
        { cause },
      );
    }
  }
}
