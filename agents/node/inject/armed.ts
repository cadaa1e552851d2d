import type { Span } from '@opentelemetry/api';
import type { CallAction, FaultPosition, Lease } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import type { Effect, Grip, ReadBack } from '../leases.ts';
import { type CallEffect, effectOf, pause } from './call/index.ts';
import { Decider } from './decide.ts';
import { markSpan, settleSpan } from './receipt.ts';
import type { Scopes } from './scopes.ts';
import { type SelectableCall, selects } from './selects.ts';

/** What decisions about calls depend on besides the call. */
export interface Surroundings {
  clock: Clock;
  scopes: Scopes;
}

/** A call picked to be hurt. The moment may come later, after its handler ran, or never, when it fails by itself. */
export interface Chosen {
  readonly effect: CallEffect;
  /** Aborted when the fault ends. */
  readonly over: AbortSignal;
  /** Now: it counts, and the span carries the receipt. Null when the lease is over or spent by now. */
  strike(span: Span | undefined): Hit | null;
}

/** One call being hurt. */
export interface Hit {
  readonly effect: CallEffect;
  /**
   * Waits as the fault wants it: the delay, or for a hang without end. Ends early when the lease ends or `gone` says
   * that the caller has left, and tells which it was.
   */
  wait(gone: AbortSignal): Promise<'over' | 'gone'>;
  /** Waits the fault's `lateMs`, or until the lease ends if that is sooner. */
  waitLate(): Promise<unknown>;
  /** Must be called once, when the effect on this call is over. */
  done(): void;
}

/** A call fault, armed: chooses calls, marks their spans, and lets go of all of them when its lease ends. */
export class ArmedFault implements Effect {
  readonly #grip: Grip;
  readonly #action: CallAction;
  readonly #scopes: Scopes;
  readonly #decider: Decider;
  readonly #over = new AbortController();
  readonly #leave: () => void;
  #inFlight = 0;

  constructor(grip: Grip, action: CallAction, { clock, scopes }: Surroundings, leave: () => void) {
    this.#grip = grip;
    this.#action = action;
    this.#scopes = scopes;
    this.#leave = leave;
    const { spec, faultId } = grip.lease;
    const armedAt = clock.monotonic();
    this.#decider = new Decider(spec.seed, faultId, spec.selector.percentage, {
      shape: spec.shape,
      elapsedMs: () => clock.monotonic() - armedAt,
    });
  }

  get position(): FaultPosition {
    return this.#grip.lease.spec.position;
  }

  get lease(): Lease {
    return this.#grip.lease;
  }

  /** Decides about a call; null: it is let through. Nothing has happened yet. */
  choose(call: SelectableCall): Chosen | null {
    if (!selects(this.#grip.lease.spec.selector, call, this.#scopes)) return null;
    const drawn = this.#decider.draw(call);
    if (drawn === null) return null;
    const effect = effectOf(this.#action, drawn);
    return { effect, over: this.#over.signal, strike: (span) => this.#strike(span, effect) };
  }

  #strike(span: Span | undefined, effect: CallEffect): Hit | null {
    const release = this.#grip.take();
    if (!release) return null;
    this.#inFlight++;
    const delayMs = effect.kind === 'wait' ? effect.ms : 0;
    markSpan(span, this.#grip.lease, delayMs);
    const began = performance.now();
    let open = true;
    const done = () => {
      if (!open) return;
      open = false;
      this.#inFlight--;
      this.#over.signal.removeEventListener('abort', done);
      if (delayMs > 0 || effect.kind === 'flow') settleSpan(span, performance.now() - began);
      release();
    };
    // A body that is still being sent goes on unhurt: nothing of it is held.
    if (effect.kind === 'flow') this.#over.signal.addEventListener('abort', done);
    return {
      effect,
      wait: (gone) => pause(delayMs, this.#over.signal, gone),
      waitLate: () => pause(this.#grip.lease.spec.lateMs ?? LATE_MS, this.#over.signal),
      done,
    };
  }

  async end(): Promise<ReadBack> {
    this.#leave();
    this.#over.abort();
    // Everyone who waited goes on in a microtask; one turn of the loop later nobody may be left.
    await new Promise((next) => setImmediate(next));
    const left = this.#inFlight;
    return left === 0
      ? { words: 'seam empty, no call held', reverted: true }
      : { words: `seam empty, ${left} calls still held`, reverted: false };
  }
}

/** When nobody said how late: after the patience of most callers' own repetitions. */
const LATE_MS = 1_000;
