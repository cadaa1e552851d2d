import type { Span } from '@opentelemetry/api';
import type { FaultAction, FaultPosition, Lease } from '../../contract/index.ts';
import type { Effect, Grip, ReadBack } from '../leases.ts';
import { type Call, Decider } from './decide.ts';
import { markSpan, settleSpan } from './receipt.ts';

/** Actions which hurt a call, whichever side of it. */
export type CallAction = Extract<FaultAction, { type: 'latency' | 'error' | 'hang' | 'reset' }>;

export function isCallAction(action: FaultAction): action is CallAction {
  const { type } = action;
  return type === 'latency' || type === 'error' || type === 'hang' || type === 'reset';
}

/** A call picked to be hurt. The moment may come later, after its handler ran, or never, when it fails by itself. */
export interface Chosen {
  /** Now: it counts, and the span carries the receipt. Null when the lease is over or spent by now. */
  strike(span: Span | undefined): Hit | null;
}

/** One call being hurt. */
export interface Hit {
  readonly action: CallAction;
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
  readonly #decider: Decider;
  readonly #over = new AbortController();
  readonly #leave: () => void;
  #inFlight = 0;

  constructor(grip: Grip, action: CallAction, leave: () => void) {
    this.#grip = grip;
    this.#action = action;
    this.#leave = leave;
    const { spec, faultId } = grip.lease;
    this.#decider = new Decider(spec.seed, faultId, spec.selector.percentage);
  }

  get position(): FaultPosition {
    return this.#grip.lease.spec.position;
  }

  get lease(): Lease {
    return this.#grip.lease;
  }

  /** Decides about a call; null: it is let through. Nothing has happened yet. */
  choose(call: Call): Chosen | null {
    const { method, route } = this.#grip.lease.spec.selector;
    if (method !== undefined && method !== call.method) return null;
    if (route !== undefined && route !== call.route) return null;
    const drawn = this.#decider.draw(call);
    if (drawn === null) return null;
    return { strike: (span) => this.#strike(span, drawn) };
  }

  #strike(span: Span | undefined, drawn: number): Hit | null {
    const release = this.#grip.take();
    if (!release) return null;
    this.#inFlight++;
    const delayMs = delayOf(this.#action, drawn);
    markSpan(span, this.#grip.lease, delayMs);
    const began = performance.now();
    let open = true;
    return {
      action: this.#action,
      wait: (gone) => waitFor(delayMs, this.#over.signal, gone),
      waitLate: () => waitFor(this.#grip.lease.spec.lateMs ?? LATE_MS, this.#over.signal, NEVER),
      done: () => {
        if (!open) return;
        open = false;
        this.#inFlight--;
        if (delayMs > 0) settleSpan(span, performance.now() - began);
        release();
      },
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
const NEVER = new AbortController().signal;

function delayOf(action: CallAction, drawn: number): number {
  switch (action.type) {
    case 'latency':
      return Math.max(0, action.ms + (drawn * 2 - 1) * action.jitterMs);
    case 'error':
    case 'reset':
      return 0;
    case 'hang':
      return Number.POSITIVE_INFINITY;
  }
}

function waitFor(ms: number, over: AbortSignal, gone: AbortSignal): Promise<'over' | 'gone'> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve('gone');
    if (over.aborted || ms === 0) return resolve('over');
    const finish = (how: 'over' | 'gone') => () => {
      clearTimeout(timer);
      over.removeEventListener('abort', onOver);
      gone.removeEventListener('abort', onGone);
      resolve(how);
    };
    const onOver = finish('over');
    const onGone = finish('gone');
    const timer = Number.isFinite(ms) ? setTimeout(onOver, ms) : undefined;
    over.addEventListener('abort', onOver);
    gone.addEventListener('abort', onGone);
  });
}
