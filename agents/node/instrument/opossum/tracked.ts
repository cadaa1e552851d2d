import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type CircuitBreaker from 'opossum';
import {
  BREAKER_ATTR,
  BREAKER_EVENT,
  type BreakerOutcome,
  type BreakerState,
} from '../../../contract/index.ts';
import type { Clock } from '../../clock.ts';
import { emitEvent } from '../../events.ts';
import { peerOf, readWindow, reasonFor, settingsOf, type Trip, thresholdOf } from './window.ts';

export interface CallSink {
  /** `seconds` is null for a call that was turned away. */
  call(breaker: TrackedBreaker, outcome: BreakerOutcome, seconds: number | null): void;
  fallback(breaker: TrackedBreaker): void;
}

type Forced = { state: 'open' | 'closed'; cancel: () => void };

/** One breaker, watched: its state as opossum has it, when it opened, and whether a person holds it. */
export class TrackedBreaker {
  readonly breaker: CircuitBreaker;
  readonly name: string;
  readonly peer: string;
  readonly counts = new Map<BreakerOutcome, number>();
  fallbacks = 0;
  #state: BreakerState;
  /** Monotonic ms. Opossum's `lastTimerAt` is the time of construction, not of opening. */
  #openedAt: number | null = null;
  #trip: Trip | null = null;
  #forced: Forced | null = null;
  readonly #clock: Clock;
  readonly #sink: CallSink;

  constructor(breaker: CircuitBreaker, clock: Clock, sink: CallSink) {
    this.breaker = breaker;
    this.name = breaker.name;
    this.peer = peerOf(breaker);
    this.#clock = clock;
    this.#sink = sink;
    this.#state = breaker.enabled ? 'closed' : 'disabled';
    this.#listen();
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Seconds until it probes; null unless it is open and will. */
  get resetRemaining(): number | null {
    if (this.#openedAt === null || this.#state !== 'open') return null;
    const resetMs = settingsOf(this.breaker).resetTimeout ?? 30_000;
    return Math.max(0, this.#openedAt + resetMs - this.#clock.monotonic()) / 1000;
  }

  /** Holds it in a state for `forMs`, then closes it; whatever opossum decides meanwhile is overruled. */
  force(state: 'open' | 'closed', forMs: number): void {
    this.#forced?.cancel();
    this.#forced = { state, cancel: this.#clock.after(forMs, () => this.reset()) };
    if (state === 'closed') this.breaker.close();
    // Opossum ignores `open()` on an open breaker, so its state is told from here.
    else if (this.breaker.opened) this.#go('forced_open');
    else this.breaker.open();
  }

  /** Lets go of it and closes it. */
  reset(): void {
    this.#forced?.cancel();
    this.#forced = null;
    this.breaker.close();
  }

  setEnabled(enabled: boolean): void {
    if (enabled && this.#state === 'disabled') this.#go(this.#ownState());
    if (!enabled) this.#go('disabled');
  }

  /** What opossum itself says. */
  #ownState(): BreakerState {
    if (this.breaker.opened) return 'open';
    return this.breaker.halfOpen ? 'half_open' : 'closed';
  }

  #listen(): void {
    const on = (event: string, listener: (...args: never[]) => void) =>
      (this.breaker as NodeJS.EventEmitter).on(event, listener as (...args: unknown[]) => void);
    on('success', (_: unknown, ms: number) => this.#count('success', ms));
    on('failure', (error: unknown, ms: number) => this.#failed(error, ms));
    on('reject', () => this.#count('rejected', null));
    on('fallback', () => {
      this.fallbacks++;
      this.#sink.fallback(this);
    });
    on('open', () => this.#opened());
    on('halfOpen', () => {
      if (this.#forced?.state === 'open') this.breaker.open();
      else this.#go('half_open');
    });
    on('close', () => this.#go('closed'));
  }

  #failed(error: unknown, ms: number): void {
    const kind = kindOf(error);
    // Opossum opens, if it does, in the same synchronous stretch in which it reports the failure.
    this.#trip = { error, kind };
    queueMicrotask(() => {
      this.#trip = null;
    });
    this.#count(kind, kind === 'bulkhead_rejected' ? null : ms);
  }

  #opened(): void {
    this.#openedAt = this.#clock.monotonic();
    if (this.#forced?.state === 'closed') {
      // After opossum's own listeners have run, or its reset timer would outlive this.
      queueMicrotask(() => this.breaker.close());
      return;
    }
    this.#go(this.#forced ? 'forced_open' : 'open');
  }

  #count(outcome: BreakerOutcome, ms: number | null): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
    this.#sink.call(this, outcome, ms === null ? null : ms / 1000);
  }

  #go(to: BreakerState): void {
    const from = this.#state;
    if (from === to) return;
    // One that is disabled lets everything through, whatever becomes of its state meanwhile.
    if (from === 'disabled' && !this.breaker.enabled) return;
    this.#state = to;
    if (to === 'closed') this.#openedAt = null;
    const window = readWindow(this.breaker);
    const threshold = thresholdOf(this.breaker);
    const reason = reasonFor(from, to, window, threshold, this.#trip);
    emitEvent(
      BREAKER_EVENT[to],
      {
        [BREAKER_ATTR.name]: this.name,
        'peer.service': this.peer,
        [BREAKER_ATTR.from]: from,
        [BREAKER_ATTR.to]: to,
        [BREAKER_ATTR.reason]: reason,
        [BREAKER_ATTR.windowCalls]: window.calls,
        [BREAKER_ATTR.windowFailures]: window.failures,
        [BREAKER_ATTR.windowTimeouts]: window.timeouts,
        [BREAKER_ATTR.windowSeconds]: window.seconds,
        [BREAKER_ATTR.threshold]: threshold,
        [BREAKER_ATTR.volume]: this.breaker.volumeThreshold,
        [BREAKER_ATTR.resetTimeout]: (settingsOf(this.breaker).resetTimeout ?? 30_000) / 1000,
      },
      {
        // The reset timer was started by the call that tripped the breaker, but no call makes it half open.
        context: to === 'half_open' ? ROOT_CONTEXT : context.active(),
        body: `breaker ${this.name}: ${from} to ${to}, ${reason}`,
        warn: to === 'open' || to === 'forced_open',
      },
    );
  }
}

/** Opossum reports timeouts and full bulkheads as failures too; only its own errors carry its mark. */
function kindOf(error: unknown): Trip['kind'] {
  if (!(error instanceof Error) || !('code' in error)) return 'failure';
  const ours = Object.getOwnPropertySymbols(error).some((symbol) => symbol.description === 'our-error');
  if (!ours) return 'failure';
  if (error.code === 'ETIMEDOUT') return 'timeout';
  return error.code === 'ESEMLOCKED' ? 'bulkhead_rejected' : 'failure';
}
