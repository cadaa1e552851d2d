import {
  type ArmAnswer,
  type FaultSpec,
  faultProblem,
  type HaltAnswer,
  injectingService,
  type Lease,
  type LeaseEnded,
  type LeaseEndReason,
  type LeaseRenewal,
  StormglassError,
} from '../contract/index.ts';
import type { Clock } from './clock.ts';

/** How the end of an effect was verified. */
export interface ReadBack {
  /** In words: `seam empty`, `2 workers run`. */
  words: string;
  /** False when the effect may still be there. */
  reverted: boolean;
}

/** A running effect. `end` removes it, also from calls in flight, and looks whether it is really gone. */
export interface Effect {
  end(): ReadBack | Promise<ReadBack>;
}

/** What an armed effect may ask of its lease, at each call it could hurt. */
export interface Grip {
  readonly lease: Lease;
  /**
   * Counts one more effect and gives back the function to call when it is over, or null when it may not happen: the
   * lease ran out or `maxAffected` is reached, even if the timer that ends it is late (a process that was stopped wakes
   * up with its timers overdue).
   */
  take(): (() => void) | null;
}

/** Arms one kind of fault. Throws a StormglassError when this process cannot. */
export interface Injector {
  /** `<fault type>:<target kind>`, as in `AgentHello.capabilities`. */
  readonly capabilities: readonly string[];
  arm(grip: Grip): Effect | Promise<Effect>;
}

export interface LeaseTableOptions {
  clock: Clock;
  /** STORMGLASS_CHAOS=on. */
  allowed: boolean;
  /** Who this agent can hurt; `instance` null: every instance of the service. */
  self: { service: string; instance: string | null };
  injectors: readonly Injector[];
  onArmed?: (lease: Lease) => void;
  /** Called at each effect with the running total. */
  onEffect?: (lease: Lease, count: number) => void;
  onEnded?: (end: LeaseEnded, lease: Lease) => void;
}

interface Held {
  lease: Lease;
  /** A promise, so that an end which overtakes the arming still undoes what was armed. */
  effect: Promise<Effect>;
  count: number;
  inFlight: number;
  /** Monotonic deadlines: of the last renewal, and of the fault's whole life. */
  ttlAt: number;
  endsAt: number;
  cancelTimer: () => void;
  /** Set once it is on its way out; everyone who ends it again gets the same answer. */
  ending: Promise<LeaseEnded> | null;
}

/**
 * The leases an agent holds. Each ends by itself, on this process's monotonic clock, when it is not renewed in time,
 * when its life is over or when it has hurt enough calls. Nobody outside has to be alive for that.
 */
export class LeaseTable {
  readonly #held = new Map<string, Held>();
  readonly #options: LeaseTableOptions;

  constructor(options: LeaseTableOptions) {
    this.#options = options;
  }

  get capabilities(): string[] {
    return this.#options.allowed ? this.#options.injectors.flatMap((i) => i.capabilities) : [];
  }

  /** Ids of the leases held now. */
  get ids(): string[] {
    return [...this.#held.keys()];
  }

  async arm(lease: Lease): Promise<ArmAnswer> {
    const { clock, onArmed, self } = this.#options;
    const known = this.#held.get(lease.faultId);
    if (known) return this.#armAgain(known, lease.ttlMs);
    let held: Held | null = null;
    try {
      held = this.#hold(lease, this.#choose(lease.spec));
      await held.effect;
      if (held.ending) return refusal(endedAlready());
      onArmed?.(lease);
      return {
        ok: true,
        armedAt: clock.wall(),
        detail: `armed on ${targeted(lease.spec) ?? self.instance ?? self.service}`,
      };
    } catch (error) {
      held?.cancelTimer();
      // While it is ending, the end takes it off the table.
      if (held && !held.ending) this.#held.delete(lease.faultId);
      return refusal(error);
    }
  }

  async #armAgain(held: Held, ttlMs: number): Promise<ArmAnswer> {
    this.renew({ faultIds: [held.lease.faultId], ttlMs });
    try {
      if (!held.ending) await held.effect;
    } catch (error) {
      return refusal(error);
    }
    if (held.ending) return refusal(endedAlready());
    return { ok: true, armedAt: this.#options.clock.wall(), detail: 'already armed here, renewed' };
  }

  renew(renewal: LeaseRenewal): void {
    const now = this.#options.clock.monotonic();
    for (const id of renewal.faultIds) {
      const held = this.#held.get(id);
      // One whose time has passed is not brought back, even if its timer has not fired yet.
      if (held && !held.ending && now < held.ttlAt) held.ttlAt = now + renewal.ttlMs;
    }
  }

  /** Null when no such lease is held. */
  async release(faultId: string): Promise<LeaseEnded | null> {
    const held = this.#held.get(faultId);
    return held ? this.#end(held, 'released') : null;
  }

  async halt(): Promise<HaltAnswer> {
    const ended = await Promise.all([...this.#held.values()].map((held) => this.#end(held, 'halted')));
    return { ended, readBackAt: this.#options.clock.wall() };
  }

  #choose(spec: FaultSpec): Injector {
    const { allowed, self, injectors } = this.#options;
    if (!allowed) {
      throw new StormglassError(
        'chaos_not_allowed',
        `${self.service} does not accept faults`,
        'Start the process with STORMGLASS_CHAOS=on.',
      );
    }
    const problem = faultProblem(spec);
    if (problem)
      throw new StormglassError('fault_unsupported', problem, 'Choose another target or position.');
    const { target } = spec;
    const instance = targeted(spec);
    const other = instance !== undefined && self.instance !== null && instance !== self.instance;
    if (injectingService(target) !== self.service || other) {
      throw new StormglassError(
        'target_absent',
        `this agent is ${self.service} (${self.instance ?? 'all of it'}), not the target`,
        'Send the lease to the agent of the target.',
      );
    }
    const wanted = `${spec.action.type}:${target.kind}`;
    const injector = injectors.find((i) => i.capabilities.includes(wanted));
    if (injector) return injector;
    throw new StormglassError(
      'fault_unsupported',
      `this agent cannot inject ${wanted}`,
      `It can inject: ${this.capabilities.join(', ')}.`,
    );
  }

  #hold(lease: Lease, injector: Injector): Held {
    const now = this.#options.clock.monotonic();
    const effect = Promise.withResolvers<Effect>();
    const held: Held = {
      lease,
      effect: effect.promise,
      count: 0,
      inFlight: 0,
      ttlAt: now + lease.ttlMs,
      endsAt: now + lease.remainingMs,
      cancelTimer: () => {},
      ending: null,
    };
    // Entered before its effect is asked for, so that an effect at once already counts.
    this.#held.set(lease.faultId, held);
    this.#schedule(held);
    const arm = async () => injector.arm({ lease, take: () => this.#take(held) });
    arm().then(effect.resolve, effect.reject);
    return held;
  }

  #take(held: Held): (() => void) | null {
    const { clock, onEffect } = this.#options;
    const limit = held.lease.spec.maxAffected ?? Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    if (held.ending || now >= held.ttlAt || now >= held.endsAt || held.count >= limit) return null;
    held.count++;
    held.inFlight++;
    onEffect?.(held.lease, held.count);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      held.inFlight--;
      // Spent, and the last effect has played out to its end.
      if (held.count >= limit && held.inFlight === 0) void this.#end(held, 'max_affected');
    };
  }

  #schedule(held: Held): void {
    const { clock } = this.#options;
    const due = Math.min(held.ttlAt, held.endsAt);
    held.cancelTimer = clock.after(Math.max(0, due - clock.monotonic()), () => {
      if (held.ending) return;
      const now = clock.monotonic();
      if (now >= held.endsAt) void this.#end(held, 'completed');
      else if (now >= held.ttlAt) void this.#end(held, 'expired');
      else this.#schedule(held);
    });
  }

  #end(held: Held, reason: LeaseEndReason): Promise<LeaseEnded> {
    held.ending ??= this.#undo(held, reason);
    return held.ending;
  }

  async #undo(held: Held, reason: LeaseEndReason): Promise<LeaseEnded> {
    held.cancelTimer();
    const back = await readBack(held);
    this.#held.delete(held.lease.faultId);
    const end: LeaseEnded = {
      faultId: held.lease.faultId,
      reason: back.reverted ? reason : 'failed',
      endedAt: this.#options.clock.wall(),
      injections: held.count,
      readBack: back.words,
      reverted: back.reverted,
    };
    this.#options.onEnded?.(end, held.lease);
    return end;
  }
}

/** The one instance that is meant, if it is one. */
function targeted({ target }: FaultSpec): string | undefined {
  return 'instance' in target ? target.instance : undefined;
}

/** Ends the effect, also one whose arming is still under way, and says what is left of it. */
async function readBack(held: Held): Promise<ReadBack> {
  let effect: Effect;
  try {
    effect = await held.effect;
  } catch (error) {
    // Refused on purpose means that nothing was changed; any other failure may have left something half way.
    const refused = error instanceof StormglassError && error.code !== 'internal';
    return { words: `was not armed: ${String(error)}`, reverted: refused };
  }
  try {
    return await effect.end();
  } catch (error) {
    return { words: `could not be undone: ${String(error)}`, reverted: false };
  }
}

function endedAlready(): StormglassError {
  return new StormglassError(
    'conflict',
    'the lease ended before it was armed',
    'Arm a new fault if it is still wanted.',
  );
}

function refusal(error: unknown): ArmAnswer {
  if (error instanceof StormglassError) {
    return { ok: false, code: error.code, message: error.message, next: error.next };
  }
  return {
    ok: false,
    code: 'internal',
    message: `the fault could not be armed: ${String(error)}`,
    next: 'Look into the log of the service.',
  };
}
