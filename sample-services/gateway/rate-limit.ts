import { metrics } from '@opentelemetry/api';
import { METRIC, RESILIENCE_ATTR } from '@stormglass/agents/contract';
import type { FastifyReply } from 'fastify';
import type { Clock } from '../kit/clock.ts';
import { ShopError } from '../kit/errors.ts';
import { TokenBuckets } from './token-bucket.ts';

const SIZE = { capacity: 100, perSecond: 10 };
const POLICY = 'gateway.user';

/** A hundred requests of a user at once, ten a second for long. Who cannot be told apart is not limited. */
export class RateLimit {
  readonly #buckets: TokenBuckets;
  readonly #decisions = metrics
    .getMeter('stormglass.shop')
    .createCounter(METRIC.rateLimiterDecisions, { unit: '{decision}' });

  constructor(clock: Clock) {
    this.#buckets = new TokenBuckets(SIZE, clock);
  }

  /** Throws `rate_limited`, with Retry-After on the answer. */
  demand(user: string, reply: FastifyReply): void {
    const waitMs = this.#buckets.take(user);
    const result = waitMs === 0 ? 'allowed' : 'limited';
    this.#decisions.add(1, { [RESILIENCE_ATTR.policy]: POLICY, [RESILIENCE_ATTR.result]: result });
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    reply.header('retry-after', String(seconds));
    throw new ShopError(
      'rate_limited',
      `${user} asks more often than ${SIZE.perSecond} times a second`,
      `Wait ${seconds} s.`,
    );
  }
}
