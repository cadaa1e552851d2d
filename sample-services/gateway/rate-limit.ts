import { metrics } from '@opentelemetry/api';
import { METRIC, RESILIENCE_ATTR } from '@stormglass/agents/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../kit/clock.ts';
import { ShopError } from '../kit/errors.ts';
import type { Visitor } from './customer.ts';
import { type BucketSize, TokenBuckets } from './token-bucket.ts';

/** A hundred requests of a user at once, ten a second for long. */
const USER: BucketSize = { capacity: 100, perSecond: 10 };
/** Behind one address there may be a whole company, or a load generator. */
const ADDRESS: BucketSize = { capacity: 2_000, perSecond: 500 };

interface Limit {
  policy: string;
  size: BucketSize;
  buckets: TokenBuckets;
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
    const limit = (policy: string, size: BucketSize): Limit => ({
      ...{ policy, size, buckets: new TokenBuckets(size, clock) },
    });
    this.#customers = limit('gateway.user', USER);
    this.#names = limit('gateway.name', USER);
    this.#addresses = limit('gateway.address', ADDRESS);
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

  #take({ policy, size, buckets }: Limit, who: string, reply: FastifyReply): void {
    const waitMs = buckets.take(who);
    const result = waitMs === 0 ? 'allowed' : 'limited';
    this.#decisions.add(1, { [RESILIENCE_ATTR.policy]: policy, [RESILIENCE_ATTR.result]: result });
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    reply.header('retry-after', String(seconds));
    throw new ShopError(
      'rate_limited',
      `${who} asks more often than ${size.perSecond} times a second`,
      `Wait ${seconds} s.`,
    );
  }
}
