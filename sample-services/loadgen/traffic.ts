import { SKUS } from '../inventory/api.ts';
import { type Random, randomHex, seededRandom } from '../kit/random.ts';
import type { CreateOrderRequest } from '../orders/api.ts';
import { DECLINED_CARD, GOOD_CARD, UNDELIVERABLE_CODE } from '../outside-world/api.ts';

/** Share of orders which the business refuses, as in life: half declined cards, half bad addresses. */
const REFUSED_SHARE = 0.04;
const USERS = 400;
const STREETS = ['Harbour Street', 'Station Road', 'Mill Lane', 'High Street', 'Park Avenue'];

export interface PlannedOrder {
  order: CreateOrderRequest;
  /** W3C trace context made from the seed: the same run has the same trace ids. */
  traceparent: string;
}

/** The endless, repeatable sequence of orders of one seed. */
export function planOrders(seed: number): () => PlannedOrder {
  const random = seededRandom(seed);
  return () => {
    const refusal = random();
    const declined = refusal < REFUSED_SHARE / 2;
    const undeliverable = !declined && refusal < REFUSED_SHARE;
    const code = undeliverable ? UNDELIVERABLE_CODE : String(10_000 + Math.floor(random() * 89_999));
    const order: CreateOrderRequest = {
      userId: `user-${1 + Math.floor(random() * USERS)}`,
      sku: pick(random, SKUS),
      quantity: 1 + Math.floor(random() * 3),
      amount: 500 + Math.floor(random() * 19_500),
      cardToken: declined ? DECLINED_CARD : GOOD_CARD,
      address: `${1 + Math.floor(random() * 200)} ${pick(random, STREETS)}, ${code} Springfield`,
      mode: 'orchestrated',
    };
    const traceId = randomHex(random, 32);
    return { order, traceparent: `00-${traceId}-${randomHex(random, 16)}-01` };
  };
}

/** Milliseconds to the next arrival of a Poisson process with `rate` arrivals per second. */
export function nextGapMs(random: Random, rate: number): number {
  return (-Math.log(1 - random()) / rate) * 1_000;
}

function pick(random: Random, from: readonly string[]): string {
  return from[Math.floor(random() * from.length)] ?? '';
}
