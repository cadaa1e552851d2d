import type { Span } from '@opentelemetry/api';
import { inVariant, type Lease } from '../../contract/index.ts';
import type { Effect, Grip, ReadBack } from '../leases.ts';
import { Decider } from './decide.ts';
import { markSpan, settleSpan } from './receipt.ts';

/** One statement or message being hurt. */
export interface Strike {
  /** Waits so long, or until the lease ends if that is sooner. */
  wait(ms: number): Promise<void>;
  /** Aborted when the lease ends. */
  readonly over: AbortSignal;
  /** Must be called when the effect on this one is over. */
  done(): void;
}

/** What decides about one of them: the same is hurt again on a replay. */
export interface Candidate {
  /** `statement`, `send`, `process`. */
  operation: string;
  /** Text of a statement, name of a queue. */
  name: string;
  traceId: string;
}

/** The share of the statements or messages of a process which one fault hurts; lets go of all when its lease ends. */
export class Share implements Effect {
  readonly #grip: Grip;
  readonly #decider: Decider;
  readonly #leave: () => void;
  readonly #over = new AbortController();
  #inFlight = 0;

  constructor(grip: Grip, leave: () => void) {
    this.#grip = grip;
    this.#leave = leave;
    const { spec, faultId } = grip.lease;
    this.#decider = new Decider(spec.seed, faultId, spec.selector.percentage);
  }

  get lease(): Lease {
    return this.#grip.lease;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  picks({ operation, name, traceId }: Candidate): boolean {
    const { variant } = this.lease.spec.selector;
    if (variant && !inVariant(variant, traceId)) return false;
    return this.#decider.draw({ method: operation, route: name, traceId }) !== null;
  }

  /** Now: it counts, and the span carries the receipt. Null when the lease is over or spent by now. */
  strike(span: Span | undefined, delayMs: number): Strike | null {
    const release = this.#grip.take();
    if (!release) return null;
    this.#inFlight++;
    markSpan(span, this.lease, delayMs);
    const began = performance.now();
    let open = true;
    return {
      over: this.over,
      wait: (ms) => pause(ms, this.over),
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
    return { words: left === 0 ? 'seam empty, nothing held' : `${left} still held`, reverted: left === 0 };
  }
}

/** Resolves after `ms`, or at once when `over` is aborted. Never keeps the process alive. */
export function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (over.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      over.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    over.addEventListener('abort', finish);
  });
}
