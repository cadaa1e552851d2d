import {
  emptyTimeline,
  type FaultInterval,
  type FaultSpec,
  StormglassError,
  sketchIndex,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import type { FaultEnd, RunClock, RunPorts } from './ports.ts';

/** How the simulated world misbehaves; everything absent means that all goes well. */
export interface Mischief {
  /** Calls per second on the gateway; 10 if absent. */
  rate?: number;
  /** Share of bad answers without any fault. */
  alwaysBad?: number;
  /** Every answer is bad until so many seconds after the start of the test, as when a shop has just been started. */
  warmUpS?: number;
  /** Share of bad answers while a fault is on; all of them if absent. */
  badUnderFault?: number;
  /** Seconds for which answers stay bad after the last fault; Infinity never recovers. */
  aftermathS?: number;
  /** The injector refuses. */
  refuseArm?: boolean;
  /** The injector never answers an arming. */
  silentArm?: boolean;
  /** What the read-back says; true if absent. */
  reverts?: boolean;
  /** Releases are not answered. */
  silentRelease?: boolean;
  /** The fault runs but touches no call. */
  noReceipts?: boolean;
  /** Ends the fault this long after arming, for this reason. */
  endsEarly?: { afterMs: number; reason: NonNullable<FaultEnd['reason']> };
  /** A protection that was taken away cannot be put back. */
  keepsAway?: boolean;
  /** While a fault is on time does not pass: only telemetry that a test brings happens. */
  stopsUnderFault?: boolean;
  /** The fault's own end never comes. */
  neverEnds?: boolean;
}

interface Armed {
  interval: FaultInterval;
  ended: PromiseWithResolvers<FaultEnd>;
}

/**
 * A small deterministic shop on a clock that jumps: each sleep passes at once and lets the world live through it, second by
 * second. It knows nothing of the engine's inside; tests see what it was asked to do and what it shows.
 */
export class SimulatedWorld {
  readonly clock: RunClock;
  readonly ports: RunPorts;
  readonly armed: FaultSpec[] = [];
  readonly released: string[] = [];
  /** Protections that are off, as `service/name`. */
  readonly away = new Set<string>();
  readonly controls: { service: string; name: string; input: unknown }[] = [];
  #now: number;
  #second: number;
  readonly #mischief: Mischief;
  readonly #startAt: number;
  readonly #timeline: Timeline = emptyTimeline();
  readonly #faults = new Map<string, Armed>();
  readonly #watchers = new Set<() => void>();
  readonly #alarms: { at: number; ring: () => void }[] = [];

  constructor(mischief: Mischief = {}, startAt = 1_700_000_000_000) {
    this.#mischief = mischief;
    this.#startAt = startAt;
    this.#now = startAt - 60_000;
    this.#second = Math.floor(this.#now / 1000);
    this.#advance(startAt);
    this.clock = {
      now: () => this.#now,
      sleep: (ms) =>
        new Promise((resolve) => {
          // A macrotask, so that answers of ports arrive before time goes on.
          const pass = () => {
            if (this.#mischief.stopsUnderFault && this.on.length > 0) return setImmediate(pass);
            this.#advance(this.#now + ms);
            resolve();
          };
          setImmediate(pass);
        }),
    };
    this.ports = {
      arm: (spec, { runId }) => this.#arm(spec, runId),
      release: (faultId) => this.#release(faultId),
      faultEnded: (faultId) =>
        this.#faults.get(faultId)?.ended.promise ?? Promise.reject(new Error('unknown')),
      timeline: (from, to) => this.#window(from, to),
      observed: (listener) => {
        this.#watchers.add(listener);
        return () => this.#watchers.delete(listener);
      },
      control: (service, name, input) => {
        this.controls.push({ service, name, input });
        return Promise.resolve({ rate: 5 });
      },
      protect: (service, name, on) => {
        if (on && this.#mischief.keepsAway) return Promise.reject(new Error(`${service} does not answer`));
        if (on) this.away.delete(`${service}/${name}`);
        else this.away.add(`${service}/${name}`);
        return Promise.resolve(`${name} is ${on ? 'on' : 'off'}`);
      },
    };
  }

  /** Who looks at each batch of telemetry. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** Time passes although it stands still under a fault. */
  pass(ms: number): void {
    this.#advance(this.#now + ms);
  }

  /** A batch of telemetry comes in, of now. */
  async batch(part: (now: number) => Partial<Timeline>): Promise<void> {
    for (const [name, items] of Object.entries(part(this.#now))) {
      (this.#timeline[name as keyof Timeline] as unknown[]).push(...items);
    }
    for (const watcher of this.#watchers) watcher();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Faults that are on right now. */
  get on(): string[] {
    return [...this.#faults.values()]
      .filter((fault) => fault.interval.endedAt === null)
      .map((fault) => fault.interval.faultId);
  }

  /** Calls back when the world reaches `afterMs` from now. */
  after(afterMs: number, ring: () => void): void {
    this.#alarms.push({ at: this.#now + afterMs, ring });
  }

  #advance(to: number): void {
    while (this.#now < to) {
      this.#now = Math.min(to, this.#now + 100);
      this.#endDue();
      for (let second = this.#second; (second + 1) * 1000 <= this.#now; second++) {
        this.#live(second);
        this.#second = second + 1;
      }
      const due = this.#alarms.filter((alarm) => alarm.at <= this.#now);
      for (const alarm of due) {
        this.#alarms.splice(this.#alarms.indexOf(alarm), 1);
        alarm.ring();
      }
    }
  }

  #live(second: number): void {
    const { rate = 10, alwaysBad = 0, badUnderFault = 1, noReceipts = false } = this.#mischief;
    const cold = second * 1000 < this.#startAt + (this.#mischief.warmUpS ?? -60) * 1000;
    const usual = this.#hurtIn(second) ? badUnderFault : alwaysBad;
    const bad = Math.round(rate * (cold ? 1 : usual));
    if (rate > 0) this.#timeline.traffic.push(cell(second, 'gateway', 'POST /orders', rate, bad, 0));
    const on = this.on.length > 0 && !noReceipts;
    if (rate === 0) return;
    this.#timeline.traffic.push(cell(second, 'payments', 'POST /charges', rate, on ? bad : 0, on ? rate : 0));
    for (const fault of this.#faults.values()) {
      if (noReceipts || fault.interval.endedAt !== null) continue;
      fault.interval.firstEffectAt ??= second * 1000 + 500;
      fault.interval.injections += rate;
    }
  }

  #hurtIn(second: number): boolean {
    const { aftermathS = 0 } = this.#mischief;
    return [...this.#faults.values()].some(({ interval }) => {
      const end = interval.endedAt ?? Number.POSITIVE_INFINITY;
      return second * 1000 >= interval.armedAt && second * 1000 < end + aftermathS * 1000;
    });
  }

  #endDue(): void {
    const { endsEarly, neverEnds } = this.#mischief;
    for (const fault of this.#faults.values()) {
      const { armedAt, expiresAt, endedAt } = fault.interval;
      if (endedAt !== null) continue;
      if (endsEarly !== undefined && this.#now >= armedAt + endsEarly.afterMs) {
        this.#end(fault, endsEarly.reason);
      } else if (!neverEnds && this.#now >= expiresAt) this.#end(fault, 'completed');
    }
  }

  #end(fault: Armed, reason: NonNullable<FaultEnd['reason']>): FaultEnd {
    const { reverts = true } = this.#mischief;
    const readBack = reverts ? 'seam empty' : 'seam still holds the fault';
    Object.assign(fault.interval, { endedAt: this.#now, endReason: reason, readBack, reverted: reverts });
    const end: FaultEnd = { reverted: reverts, readBack, endedAt: this.#now, reason };
    fault.ended.resolve(end);
    return end;
  }

  #arm(spec: FaultSpec, runId: string): Promise<{ faultId: string }> {
    if (this.#mischief.refuseArm) {
      const error = new StormglassError('target_absent', 'no agent of payments.', 'Start payments.');
      return Promise.reject(error);
    }
    if (this.#mischief.silentArm) return new Promise(() => undefined);
    this.armed.push(spec);
    const interval: FaultInterval = {
      faultId: `fault-${this.armed.length}`,
      runId,
      owner: runId,
      spec,
      armedAt: this.#now,
      expiresAt: this.#now + spec.durationMs,
      firstEffectAt: null,
      endedAt: null,
      endReason: null,
      readBack: null,
      reverted: null,
      injections: 0,
    };
    this.#faults.set(interval.faultId, { interval, ended: Promise.withResolvers<FaultEnd>() });
    this.#timeline.faults.push(interval);
    return Promise.resolve({ faultId: interval.faultId });
  }

  #release(faultId: string): Promise<FaultEnd> {
    this.released.push(faultId);
    if (this.#mischief.silentRelease) return new Promise(() => undefined);
    const fault = this.#faults.get(faultId);
    if (fault === undefined) {
      return Promise.reject(new StormglassError('not_found', 'No such fault.', 'List the faults.'));
    }
    const { endedAt, reverted, readBack } = fault.interval;
    if (endedAt !== null) {
      return Promise.resolve({ reverted: reverted ?? false, readBack: readBack ?? '', endedAt });
    }
    return Promise.resolve(this.#end(fault, 'released'));
  }

  #window(from: number, to: number): Timeline {
    const traffic = this.#timeline.traffic.filter(
      (one) => (one.second + 1) * 1000 > from && one.second * 1000 < to,
    );
    return { ...this.#timeline, traffic, faults: this.#timeline.faults.map((fault) => ({ ...fault })) };
  }
}

function cell(
  second: number,
  service: string,
  operation: string,
  calls: number,
  errors: number,
  receipts: number,
): TrafficCell {
  const durations: TrafficCell['durations'] = [[sketchIndex(40), calls]];
  return { second, kind: 'server', service, peer: '', operation, calls, errors, receipts, durations };
}
