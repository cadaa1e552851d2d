import type { FaultInterval, InjectionCount, LeaseEnded } from '@stormglass/agents/contract';
import type { State } from '../state/index.ts';
import type { ActiveFault } from './active.ts';
import { describeTarget } from './targets.ts';

/** Ended faults which still take late counts and receipts: telemetry of the last effect comes after the end. */
const MAX_RECENT = 200;

/** Where every fault of this life of the dashboard stands; writes it down and tells those who listen. */
export class FaultBoard {
  readonly #active = new Map<string, ActiveFault>();
  readonly #recent = new Map<string, ActiveFault>();
  readonly #unsaved = new Set<string>();
  readonly #listeners = new Set<(interval: FaultInterval) => void>();
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** Told about each change of each interval, until the returned function is called. */
  listen(listener: (interval: FaultInterval) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  active(): ActiveFault[] {
    return [...this.#active.values()];
  }

  get(faultId: string): ActiveFault | null {
    return this.#active.get(faultId) ?? null;
  }

  /** Active or ended not long ago. */
  find(faultId: string): ActiveFault | null {
    return this.#active.get(faultId) ?? this.#recent.get(faultId) ?? null;
  }

  /** Known from the moment it is sent out, so that what an agent says before its answer is not lost. */
  hold(fault: ActiveFault): void {
    this.#active.set(fault.interval.faultId, fault);
  }

  /** It never came to life: forgotten without a trace in the history. */
  forget(faultId: string): void {
    this.#active.delete(faultId);
  }

  /** The fault is on. */
  armed(fault: ActiveFault): void {
    this.#publish(fault);
    this.#state.faults.save(fault.interval);
  }

  end(agentId: string, end: LeaseEnded): void {
    const fault = this.#active.get(end.faultId);
    if (!fault?.end(agentId, end)) return;
    if (fault.ended) this.#close(fault);
    this.#publish(fault);
  }

  count(agentId: string, count: InjectionCount): void {
    const fault = this.find(count.faultId);
    if (fault?.count(agentId, count)) this.#touched(fault);
  }

  effect(faultId: string, at: number): void {
    const fault = this.find(faultId);
    if (fault?.effectAt(at)) this.#touched(fault);
  }

  /** Writes what changed since the last call; once a second is enough, since ends are written at once. */
  saveCounts(): void {
    for (const id of this.#unsaved) {
      const fault = this.find(id);
      if (fault) this.#state.faults.save(fault.interval);
    }
    this.#unsaved.clear();
  }

  /** Announces an interval which no agent of this life holds (left by an earlier one). */
  announce(interval: FaultInterval): void {
    this.#state.faults.save(interval);
    for (const listener of this.#listeners) listener(interval);
  }

  #touched(fault: ActiveFault): void {
    this.#unsaved.add(fault.interval.faultId);
    this.#publish(fault);
  }

  #close(fault: ActiveFault): void {
    const { interval } = fault;
    this.#active.delete(interval.faultId);
    this.#recent.set(interval.faultId, fault);
    for (const id of this.#recent.keys()) {
      if (this.#recent.size <= MAX_RECENT) break;
      this.#recent.delete(id);
    }
    this.#state.faults.save(interval);
    this.#state.audit.add({
      who: interval.owner,
      what: 'fault.end',
      subject: interval.faultId,
      why: `${interval.spec.action.type} on ${describeTarget(interval.spec.target)}`,
      outcome: `${interval.endReason}, ${interval.reverted ? 'reverted' : 'not verified'}: ${interval.readBack}; ${interval.injections} injections`,
    });
  }

  #publish(fault: ActiveFault): void {
    for (const listener of this.#listeners) listener(fault.interval);
  }
}
