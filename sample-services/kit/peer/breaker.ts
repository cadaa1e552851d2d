import { EventEmitter } from 'node:events';
import type { PeerSettings } from '@stormglass/agents/contract';
import CircuitBreaker from 'opossum';
import type { Clock } from '../clock.ts';
import { onProtection, protects } from '../protections.ts';
import type { Live } from './settings.ts';

/**
 * A breaker whose settings can be changed while it works. opossum reads its options anew at each use; it copies only the
 * volume and the length of its window, and it never shortens a wait that has begun.
 */
class LiveBreaker<Arguments extends unknown[], Result> extends CircuitBreaker<Arguments, Result> {
  readonly #live: Live<PeerSettings>;
  #rearming = false;

  constructor(
    action: (...args: Arguments) => Promise<Result>,
    options: CircuitBreaker.Options<Arguments>,
    live: Live<PeerSettings>,
  ) {
    super(action, options);
    this.#live = live;
    Object.defineProperty(this, 'volumeThreshold', { get: () => this.#live().volumeThreshold });
  }

  /** An open breaker begins its wait anew, with the time that holds now; nobody hears that it was closed in between. */
  rearm(): void {
    if (!this.opened) return;
    this.#rearming = true;
    this.close();
    this.#rearming = false;
    this.open();
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'close' && this.#rearming) return false;
    return super.emit(event, ...args);
  }
}

/** Parts of a breaker's window: the oldest is forgotten as a whole. */
const BUCKETS = 10;

/** Lets the parts of a window pass, at a pace that can be changed. */
class Pacemaker extends EventEmitter {
  #timer: NodeJS.Timeout | undefined;
  #windowMs = 0;

  beat(windowMs: number): void {
    if (windowMs === this.#windowMs) return;
    this.#windowMs = windowMs;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.emit('rotate'), windowMs / BUCKETS).unref();
  }

  forget(): void {
    for (let i = 0; i < BUCKETS; i++) this.emit('rotate');
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** The breaker before one peer service, whichever of its instances is called. */
export class PeerBreaker<Arguments extends unknown[], Result> {
  readonly #options: CircuitBreaker.Options<Arguments>;
  readonly #breaker: LiveBreaker<Arguments, Result>;
  readonly #pacemaker = new Pacemaker();
  readonly #clock: Clock;
  readonly #unlisten: () => void;
  #probeAt = 0;

  constructor(
    name: string,
    live: Live<PeerSettings>,
    action: (...args: Arguments) => Promise<Result>,
    clock: Clock,
  ) {
    this.#clock = clock;
    this.#options = {
      ...{ name, group: name, ...opossumOptions(live()) },
      ...{ rotateBucketController: this.#pacemaker, rollingCountBuckets: BUCKETS },
      // Nobody looks at either, and both cost at each failure or each second.
      ...{ enableSnapshots: false, rollingPercentilesEnabled: false },
    };
    this.#pacemaker.beat(live().rollingWindowMs);
    this.#breaker = new LiveBreaker(action, this.#options, live);
    // opossum keeps no usable time of its own opening.
    this.#breaker.on('open', () => {
      this.#probeAt = this.#clock.now() + live().resetTimeoutMs;
    });
    if (!protects('breaker')) this.#breaker.disable();
    this.#unlisten = onProtection((protection, on) => {
      if (protection !== 'breaker') return;
      if (!on) return this.#breaker.disable();
      this.#breaker.enable();
      // While it was off its window stood still: what it has counted is of no time.
      this.#pacemaker.forget();
    });
  }

  /** True while calls are refused without being sent. */
  get refusing(): boolean {
    return this.#breaker.enabled && this.#breaker.opened;
  }

  /** Milliseconds until an open breaker probes again; 0 when it is not open. */
  get probesInMs(): number {
    return this.refusing ? Math.max(0, this.#probeAt - this.#clock.now()) : 0;
  }

  fire(...args: Arguments): Promise<Result> {
    return this.#breaker.fire(...args);
  }

  /** Takes over changed settings; its window and its state stay. */
  adopt(settings: PeerSettings): void {
    const wait = this.#options.resetTimeout;
    Object.assign(this.#options, opossumOptions(settings));
    this.#pacemaker.beat(settings.rollingWindowMs);
    if (wait !== settings.resetTimeoutMs) this.#breaker.rearm();
  }

  /** A call that failed got an older answer instead. */
  countFallback(body: unknown): void {
    this.#breaker.emit('fallback', body);
  }

  close(): void {
    this.#unlisten();
    this.#pacemaker.stop();
    this.#breaker.shutdown();
  }
}

function opossumOptions(settings: PeerSettings) {
  return {
    timeout: settings.timeoutMs,
    errorThresholdPercentage: settings.errorThresholdPercentage,
    volumeThreshold: settings.volumeThreshold,
    rollingCountTimeout: settings.rollingWindowMs,
    resetTimeout: settings.resetTimeoutMs,
  };
}
