import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { protects } from '../protections.ts';
import { reportEpoch } from './epoch.ts';
import { acquireLease, type Held, releaseLease, renewLease } from './lease.ts';

export interface LeadershipOptions {
  db: Database;
  /** What is led. */
  name: string;
  instance: string;
  /** True if no other living process has this instance name. */
  instanceIsStable: boolean;
  log: Log;
  ttlMs?: number;
  /** Told of each change; null when it was lost. */
  onChange?: (held: Held | null) => void;
}

/** A dead leader is followed by another after this long at the latest, ms. */
const TTL_MS = 5_000;

/** One process's wish to lead: it leads whenever nobody else does, for as long as it can prove it. */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #ttlMs: number;
  readonly #owner: string;
  readonly #loop: Loop;
  readonly #stopObserving: () => void;
  #held: Held | null = null;
  /** On the monotonic clock, ms: until then nobody else can have it. */
  #until = 0;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? TTL_MS;
    this.#owner = `${options.instance}/${randomUUID().slice(0, 8)}`;
    this.#stopObserving = reportEpoch(() => this.held);
    this.#loop = startLoop({
      name: `lease ${options.name}`,
      intervalMs: this.#ttlMs / 5,
      log: options.log,
      run: async () => {
        await options.db.whenReady();
        await this.#hold();
      },
    });
  }

  /** The lease, if it is certain that nobody else has it now. */
  get held(): Held | null {
    if (this.#held === null || !protects('fencing')) return this.#held;
    return performance.now() < this.#until ? this.#held : null;
  }

  /** Gives the lead away, so that another need not wait for its end. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    this.#stopObserving();
    const held = this.#held;
    this.#held = null;
    if (held) await releaseLease(this.#options.db, held).catch(() => undefined);
  }

  async #hold(): Promise<void> {
    const { db, name, instance, instanceIsStable } = this.#options;
    // Before the question: the database counts from a later moment.
    const asked = performance.now();
    if (this.#held !== null && (await renewLease(db, this.#held, this.#ttlMs))) {
      this.#until = asked + this.#ttlMs;
      return;
    }
    const claimant = { owner: this.#owner, instance: instanceIsStable ? instance : null };
    const held = await acquireLease(db, name, claimant, this.#ttlMs);
    this.#until = asked + this.#ttlMs;
    this.#change(held);
  }

  #change(held: Held | null): void {
    const before = this.#held;
    this.#held = held;
    if (held === null && before === null) return;
    const { log, onChange, name } = this.#options;
    log.info({ lease: name, epoch: held?.epoch ?? before?.epoch }, held ? 'leads' : 'leads no more');
    onChange?.(held);
  }
}
