import type { LoadPlan } from '@stormglass/agents/contract';
import type { PlaceOrderRequest } from '../gateway/api.ts';
import { SKUS } from '../inventory/api.ts';
import { hash32, type Random, randomHex, seededRandom } from '../kit/random.ts';
import { DECLINED_CARD, GOOD_CARD, UNDELIVERABLE_CODE } from '../outside-world/api.ts';

const USERS = 400;
const STREETS = ['Harbour Street', 'Station Road', 'Mill Lane', 'High Street', 'Park Avenue'];

/** What one customer is going to do. */
export interface Visit {
  order: PlaceOrderRequest;
  /** W3C trace context made from the seed: the same run has the same trace ids. */
  traceparent: string;
  /** Milliseconds between his answer and his next move. */
  thinkMs: number;
  /** Whether that move is to cancel; else he looks at his order. */
  cancels: boolean;
}

/** Shares and times of a plan; its rate is the arrivals' business. */
export type Mix = Omit<LoadPlan, 'rate'>;

/**
 * The endless, repeatable sequence of visits of one seed. Each draws from a generator of its own, so that a change of
 * the mix turns some visits into others and leaves the rest of the sequence as it was.
 */
export function planVisits(seed: number): (mix: Mix) => Visit {
  let n = 0;
  return (mix) => planVisit(seededRandom(hash32(`${seed}/${n++}`)), mix);
}

function planVisit(random: Random, mix: Mix): Visit {
  const happens = (percent: number) => random() * 100 < percent;
  const refusal = random() * 100;
  const declined = refusal < mix.refusedPercent / 2;
  const undeliverable = !declined && refusal < mix.refusedPercent;
  const code = 10_000 + Math.floor(random() * 89_999);
  const order: PlaceOrderRequest = {
    userId: `user-${1 + Math.floor(random() * USERS)}`,
    sku: pick(random, SKUS),
    quantity: 1 + Math.floor(random() * 3),
    cardToken: declined ? DECLINED_CARD : GOOD_CARD,
    address: `${1 + Math.floor(random() * 200)} ${pick(random, STREETS)}, ${undeliverable ? UNDELIVERABLE_CODE : code} Springfield`,
    mode: happens(mix.choreographedPercent) ? 'choreographed' : 'orchestrated',
  };
  const traceparent = `00-${randomHex(random, 32)}-${randomHex(random, 16)}-01`;
  // Most people think for about as long as the mean, a few for several times as long.
  const thinkMs = Math.min(-Math.log(1 - random()) * mix.thinkMs, 10 * mix.thinkMs);
  return { order, traceparent, thinkMs, cancels: happens(mix.cancelPercent) };
}

/** Milliseconds to the next arrival of a Poisson process with `rate` arrivals per second. */
export function nextGapMs(random: Random, rate: number): number {
  return (-Math.log(1 - random()) / rate) * 1_000;
}

function pick(random: Random, from: readonly string[]): string {
  return from[Math.floor(random() * from.length)] ?? '';
}
