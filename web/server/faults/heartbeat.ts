import { LEASE_TTL_MS, type LeaseEnded } from '@stormglass/agents/contract';
import type { AgentView } from '../../live/protocol.ts';
import type { AgentHub } from '../hub/agents.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import type { FaultBoard } from './board.ts';

/** After this long without a word a lease is over by the injector's own clock, with a second for slow timers. */
export const AWAY_LIMIT_MS = LEASE_TTL_MS + 1_000;

/** An agent that is back sends what it kept meanwhile right after its hello; its own word on an end counts more than ours. */
const LAST_WORD_MS = 1_000;

interface Parts {
  hub: AgentHub;
  board: FaultBoard;
  state: State;
  time: Time;
  log: Log;
  /** While true nothing is renewed: an agent that did not hear the halt loses its leases anyway. */
  halted: () => boolean;
}

/**
 * Keeps leases alive and squares the books with agents: renews every third of the time to live; lets go of leases an
 * agent holds and nobody here knows; closes the part of an agent that went away and did not come back in time.
 */
export class Heartbeat {
  readonly #parts: Parts;
  readonly #timers = new Map<string, () => void>();
  readonly #stopRenewing: () => void;
  /** Faults that were asked to end: they are not renewed any more, whether or not an agent answered. */
  readonly #ending = new Set<string>();
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#stopRenewing = parts.time.every(LEASE_TTL_MS / 3, () => this.#renew());
    parts.hub.listen({
      hello: (agent) => this.#hello(agent),
      gone: (agent) => this.#gone(agent),
      leaseEnded: (agentId, end) => parts.board.end(agentId, end),
      injections: (agentId, count) => parts.board.count(agentId, count),
    });
  }

  stopRenewing(faultId: string): void {
    if (this.#parts.board.get(faultId)) this.#ending.add(faultId);
  }

  close(): void {
    this.#closed = true;
    this.#stopRenewing();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #renew(): void {
    const byAgent = new Map<string, string[]>();
    for (const fault of this.#parts.board.active()) {
      const { faultId } = fault.interval;
      if (this.#ending.has(faultId) || this.#parts.halted()) continue;
      for (const agentId of fault.armedOn()) byAgent.set(agentId, [...(byAgent.get(agentId) ?? []), faultId]);
    }
    for (const [agentId, faultIds] of byAgent) {
      this.#parts.hub.renew(agentId, { faultIds, ttlMs: LEASE_TTL_MS });
    }
    for (const id of this.#ending) if (!this.#parts.board.get(id)) this.#ending.delete(id);
    this.#parts.board.saveCounts();
  }

  #hello(agent: AgentView): void {
    this.#timers.get(agent.agentId)?.();
    this.#timers.delete(agent.agentId);
    for (const faultId of agent.leases) {
      if (!this.#parts.board.get(faultId)?.isHeldBy(agent.agentId)) void this.#letGo(agent, faultId);
      // It did not hear the order while it was away; its lease need not run out first.
      else if (this.#parts.halted() || this.#ending.has(faultId)) void this.#endNow(agent, faultId);
    }
    for (const fault of this.#parts.board.active()) {
      const { faultId } = fault.interval;
      if (fault.isAway(agent.agentId)) {
        if (agent.leases.includes(faultId)) fault.setBack(agent.agentId);
        else this.#closeSoon(agent.agentId, faultId);
      }
      this.#replaced(agent, faultId, fault.holders());
    }
  }

  /** It ended while the agent was away. How, the agent says itself if it can. */
  #closeSoon(agentId: string, faultId: string): void {
    const key = `${agentId} ${faultId}`;
    this.#timers.get(key)?.();
    const cancel = this.#parts.time.after(LAST_WORD_MS, () => {
      this.#timers.delete(key);
      if (!this.#parts.board.get(faultId)?.isAway(agentId)) return;
      this.#close(agentId, faultId, 'the agent came back and holds no such lease', true);
    });
    this.#timers.set(key, cancel);
  }

  async #endNow(agent: AgentView, faultId: string): Promise<void> {
    const { hub, board, log } = this.#parts;
    try {
      const end = await hub.release(agent.agentId, faultId);
      if (end) board.end(agent.agentId, end);
    } catch (error) {
      log.warn(
        { agent: agent.agentId, faultId, err: error },
        'end not confirmed; the lease runs out by itself',
      );
    }
  }

  /** A new process of the same instance proves that the old one, and an effect inside it, is gone. */
  #replaced(agent: AgentView, faultId: string, holders: readonly string[]): void {
    if (agent.kind !== 'node') return;
    for (const holder of holders) {
      const old = this.#parts.hub.get(holder);
      if (!old || old.connected || old.agentId === agent.agentId || old.kind !== 'node') continue;
      if (old.service !== agent.service || old.instance !== agent.instance) continue;
      this.#close(holder, faultId, `the process was replaced by pid ${agent.pid}`, true);
    }
  }

  #gone(agent: AgentView): void {
    // At a stop all agents go; what they still hold is the next dashboard's to close.
    if (this.#closed) return;
    const { board, time } = this.#parts;
    for (const fault of board.active()) fault.setAway(agent.agentId);
    this.#timers.get(agent.agentId)?.();
    const cancel = time.after(AWAY_LIMIT_MS, () => {
      this.#timers.delete(agent.agentId);
      for (const fault of board.active()) {
        if (!fault.isAway(agent.agentId)) continue;
        const words = 'no read-back: the agent went away, its lease ran out by its own clock';
        this.#close(agent.agentId, fault.interval.faultId, words, false);
      }
    });
    this.#timers.set(agent.agentId, cancel);
  }

  #close(agentId: string, faultId: string, readBack: string, reverted: boolean): void {
    const end: LeaseEnded = {
      faultId,
      reason: 'expired',
      endedAt: this.#parts.time.now(),
      injections: 0,
      readBack,
      reverted,
    };
    this.#parts.board.end(agentId, end);
  }

  async #letGo(agent: AgentView, faultId: string): Promise<void> {
    const { hub, log, state } = this.#parts;
    const subject = `${faultId} on ${agent.service} (${agent.instance})`;
    try {
      const end = await hub.release(agent.agentId, faultId);
      const outcome = end ? `released: ${end.readBack}` : 'the agent had let go already';
      log.warn({ agent: agent.agentId, faultId, outcome }, 'unknown lease released');
      state.audit.add({
        who: 'hub',
        what: 'lease.unknown',
        subject,
        why: 'not armed by this dashboard',
        outcome,
      });
      if (end) this.#orphanEnded?.(end);
    } catch (error) {
      log.warn(
        { agent: agent.agentId, faultId, err: error },
        'unknown lease not released; it runs out by itself',
      );
    }
  }

  #orphanEnded: ((end: LeaseEnded) => void) | undefined;

  /** Told the read-back of each lease which was let go of because nobody here knew it. */
  onOrphanEnded(listener: (end: LeaseEnded) => void): void {
    this.#orphanEnded = listener;
  }
}
