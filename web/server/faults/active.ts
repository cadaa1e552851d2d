import type { FaultInterval, InjectionCount, LeaseEnded } from '@stormglass/agents/contract';

/** One agent's part of a fault. `away`: not connected, its lease runs out by its own clock. */
type Part =
  | { state: 'armed'; injections: number }
  | { state: 'away'; injections: number }
  | { state: 'ended'; injections: number; end: LeaseEnded };

/**
 * A fault that is on, spread over the agents which hold its lease. It ends when the last of them has ended it; the
 * interval then says when, why and how that was verified.
 */
export class ActiveFault {
  interval: FaultInterval;
  readonly #parts = new Map<string, Part>();

  constructor(interval: FaultInterval, agentIds: readonly string[]) {
    this.interval = interval;
    for (const id of agentIds) this.#parts.set(id, { state: 'armed', injections: 0 });
  }

  get ended(): boolean {
    return [...this.#parts.values()].every((part) => part.state === 'ended');
  }

  get ends(): LeaseEnded[] {
    return [...this.#parts.values()].flatMap((part) => (part.state === 'ended' ? [part.end] : []));
  }

  /** Agents which may still hold the lease. */
  holders(): string[] {
    return [...this.#parts].filter(([, part]) => part.state !== 'ended').map(([id]) => id);
  }

  armedOn(): string[] {
    return [...this.#parts].filter(([, part]) => part.state === 'armed').map(([id]) => id);
  }

  isHeldBy(agentId: string): boolean {
    const part = this.#parts.get(agentId);
    return part !== undefined && part.state !== 'ended';
  }

  setAway(agentId: string): void {
    const part = this.#parts.get(agentId);
    if (part?.state === 'armed') this.#parts.set(agentId, { ...part, state: 'away' });
  }

  isAway(agentId: string): boolean {
    return this.#parts.get(agentId)?.state === 'away';
  }

  setBack(agentId: string): void {
    const part = this.#parts.get(agentId);
    if (part?.state === 'away') this.#parts.set(agentId, { ...part, state: 'armed' });
  }

  /** Totals of an agent only grow: messages may arrive out of date. True when something changed. */
  count(agentId: string, count: InjectionCount): boolean {
    const part = this.#parts.get(agentId);
    if (!part) return false;
    const before = this.interval;
    part.injections = Math.max(part.injections, count.count);
    this.#sum();
    if (count.count > 0) this.effectAt(count.firstAt);
    return before !== this.interval;
  }

  /** A first effect seen, by the agent's count or by a receipt; the earliest stays. */
  effectAt(at: number): boolean {
    const known = this.interval.firstEffectAt;
    if (known !== null && known <= at) return false;
    this.interval = { ...this.interval, firstEffectAt: at };
    return true;
  }

  /** One agent is done. False when it had been already, or never held it. */
  end(agentId: string, end: LeaseEnded): boolean {
    const part = this.#parts.get(agentId);
    if (!part || part.state === 'ended') return false;
    this.#parts.set(agentId, {
      state: 'ended',
      injections: Math.max(part.injections, end.injections),
      end,
    });
    this.#sum();
    if (this.ended) this.interval = { ...this.interval, ...this.#outcome() };
    return true;
  }

  #sum(): void {
    const injections = [...this.#parts.values()].reduce((sum, part) => sum + part.injections, 0);
    if (injections !== this.interval.injections) this.interval = { ...this.interval, injections };
  }

  #outcome(): Pick<FaultInterval, 'endedAt' | 'endReason' | 'readBack' | 'reverted'> {
    const ends = this.ends;
    const last = ends.reduce((a, b) => (b.endedAt > a.endedAt ? b : a));
    const worst = ends.find((end) => !end.reverted) ?? last;
    return {
      endedAt: last.endedAt,
      endReason: worst.reason,
      readBack: [...new Set(ends.map((end) => end.readBack))].join('; '),
      reverted: ends.every((end) => end.reverted),
    };
  }
}
