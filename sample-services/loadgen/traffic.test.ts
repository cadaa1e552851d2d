import { describe, expect, test } from 'vitest';
import { seededRandom } from '../kit/random.ts';
import { nextGapMs, planOrders } from './traffic.ts';

const take = (seed: number, n: number) => {
  const plan = planOrders(seed);
  return Array.from({ length: n }, plan);
};

describe('the load of one seed', () => {
  test('is the same every time, trace ids included; of another seed it is another', () => {
    expect(take(7, 50)).toEqual(take(7, 50));
    expect(take(7, 50)).not.toEqual(take(8, 50));
    expect(take(7, 1)[0]?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test('is of hundreds of users and about four in a hundred orders which the business refuses', () => {
    const orders = take(1, 5_000).map((planned) => planned.order);
    expect(new Set(orders.map((order) => order.userId)).size).toBeGreaterThan(300);
    const refused = orders.filter((o) => o.cardToken === 'tok_declined' || o.address.includes(' 00000 '));
    expect(refused.length / orders.length).toBeGreaterThan(0.03);
    expect(refused.length / orders.length).toBeLessThan(0.05);
    expect(new Set(take(1, 5_000).map((planned) => planned.traceparent)).size).toBe(5_000);
  });

  test('arrives at the asked rate on average', () => {
    const random = seededRandom(3);
    let total = 0;
    for (let i = 0; i < 10_000; i++) total += nextGapMs(random, 20);
    expect(total / 10_000).toBeGreaterThan(48);
    expect(total / 10_000).toBeLessThan(52);
  });
});
