import { metrics } from '@opentelemetry/api';
import { METRIC, type RateLimitSettings, RESILIENCE_ATTR } from '@stormglass/agents/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../kit/clock.ts';
import { ShopError } from '../kit/errors.ts';
import type { Adjustable } from '../kit/resilience.ts';
import type { Visitor } from './customer.ts';
import { TokenBuckets } from './token-bucket.ts';

/** A hundred requests of a user at once, ten a second for long. */
const USER: RateLimitSettings = { capacity: 100, perSecond: 10 };
/** Behind one address there may be a whole company, or a load generator. */
const ADDRESS: RateLimitSettings = { capacity: 2_000, perSecond: 500 };

/** One of the limits, whose size can be changed while it runs. */
class Limit implements Adjustable<RateLimitSettings> {
  readonly name: string;
  readonly #buckets: TokenBuckets;

  constructor(name: string, size: RateLimitSettings, clock: Clock) {
    this.name = name;
    this.#buckets = new TokenBuckets(size, clock);
  }

  get settings(): Readonly<RateLimitSettings> {
    return this.#buckets.size;
  }

  configure(change: Partial<RateLimitSettings>): void {
    this.#buckets.resize(change);
  }

  take(who: string): number {
    return this.#buckets.take(who);
  }
}

/**
 * Token buckets at the door. A customer who has logged in has one of his own, which nobody else can empty; who has not
 * shares his address's, and has one for each name that he gives there.
 */
export class RateLimit {
  readonly #customers: Limit;
  readonly #names: Limit;
  readonly #addresses: Limit;
  readonly #decisions = metrics
    .getMeter('stormglass.shop')
    .createCounter(METRIC.rateLimiterDecisions, { unit: '{decision}' });

  constructor(clock: Clock) {
    this.#customers = new Limit('gateway.user', USER, clock);
    this.#names = new Limit('gateway.name', USER, clock);
    this.#addresses = new Limit('gateway.address', ADDRESS, clock);
  }

  /** What of it can be set. */
  get limits(): Adjustable<RateLimitSettings>[] {
    return [this.#customers, this.#names, this.#addresses];
  }

  /** Throws `rate_limited`, with Retry-After on the answer. `name`: that a visitor without a login gives. */
  demand(visitor: Visitor, { ip }: Pick<FastifyRequest, 'ip'>, reply: FastifyReply, name?: string): void {
    if (visitor.kind === 'customer') {
      this.#take(this.#customers, visitor.id, reply);
      return;
    }
    this.#take(this.#addresses, ip, reply);
    if (name !== undefined) this.#take(this.#names, `${name} at ${ip}`, reply);
  }

  #take(limit: Limit, who: string, reply: FastifyReply): void {
    const waitMs = limit.take(who);
    const result = waitMs === 0 ? 'allowed' : 'limited';
    this.#decisions.add(1, { [RESILIENCE_ATTR.policy]: limit.name, [RESILIENCE_ATTR.result]: result });
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    reply.header('retry-after', String(seconds));
    throw new ShopError(
      'rate_limited',
      `${who} asks more often than ${limit.settings.perSecond} times a second`,
      `Wait ${seconds} s.`,
    );
  }
}
