import type { RateLimitSettings } from '@stormglass/agents/contract';
import type { Clock } from '../kit/clock.ts';

/** Remembered; beyond it the one who asked longest ago starts with a full bucket again. */
const MAX_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  /** Epoch ms of the last look. */
  at: number;
}

/** One token bucket for each user, name or address. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #size: RateLimitSettings;

  constructor(size: RateLimitSettings, clock: Clock) {
    this.#size = size;
    this.#clock = clock;
  }

  get size(): Readonly<RateLimitSettings> {
    return this.#size;
  }

  /** From the next request on, with the tokens that are there, as far as they fit. */
  resize(change: Partial<RateLimitSettings>): void {
    this.#size = { ...this.#size, ...change };
  }

  /** 0 when the request may pass, and has taken its token; else the milliseconds until one could. */
  take(who: string): number {
    const { capacity, perSecond } = this.#size;
    const now = this.#clock.now();
    const before = this.#buckets.get(who) ?? { tokens: capacity, at: now };
    // A clock that was set back must not take tokens away.
    const gained = (Math.max(0, now - before.at) / 1_000) * perSecond;
    const tokens = Math.min(capacity, before.tokens + gained);
    const passes = tokens >= 1;
    this.#buckets.delete(who);
    this.#buckets.set(who, { tokens: passes ? tokens - 1 : tokens, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_BUCKETS && oldest !== undefined) this.#buckets.delete(oldest);
    return passes ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1_000);
  }
}
