import { describe, expect, test } from 'vitest';
import { seededRandom } from '../kit/random.ts';
import { type Mix, nextGapMs, planVisits } from './traffic.ts';

const MIX: Mix = { choreographedPercent: 50, cancelPercent: 2, refusedPercent: 4, thinkMs: 1_000 };

const take = (seed: number, n: number, mix = MIX) => {
  const plan = planVisits(seed);
  return Array.from({ length: n }, () => plan(mix));
};
const share = <T>(all: readonly T[], is: (one: T) => boolean) => all.filter(is).length / all.length;

describe('the load of one seed', () => {
  test('is the same every time, trace ids included; of another seed it is another', () => {
    expect(take(7, 50)).toEqual(take(7, 50));
    expect(take(7, 50)).not.toEqual(take(8, 50));
    expect(take(7, 1)[0]?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test('is of hundreds of users, with the shares that the mix asks for', () => {
    const visits = take(1, 5_000);
    const orders = visits.map((visit) => visit.order);
    expect(new Set(orders.map((order) => order.userId)).size).toBeGreaterThan(300);
    const refused = share(orders, (o) => o.cardToken === 'tok_declined' || o.address.includes(' 00000 '));
    expect(refused).toBeGreaterThan(0.03);
    expect(refused).toBeLessThan(0.05);
    expect(share(orders, (order) => order.mode === 'choreographed')).toBeCloseTo(0.5, 1);
    expect(share(visits, (visit) => visit.cancels)).toBeCloseTo(0.02, 2);
    expect(new Set(visits.map((visit) => visit.traceparent)).size).toBe(5_000);
    const meanThink = visits.reduce((sum, visit) => sum + visit.thinkMs, 0) / visits.length;
    expect(meanThink).toBeGreaterThan(900);
    expect(meanThink).toBeLessThan(1_100);
  });

  test('is the same but for what a change of the mix turns into something else', () => {
    const calm = take(3, 200, { ...MIX, choreographedPercent: 0, cancelPercent: 0 });
    const wild = take(3, 200, { ...MIX, choreographedPercent: 100, cancelPercent: 100 });
    expect(wild.map(({ traceparent }) => traceparent)).toEqual(calm.map(({ traceparent }) => traceparent));
    expect(wild.every((visit) => visit.cancels && visit.order.mode === 'choreographed')).toBe(true);
    expect(calm.every((visit) => !visit.cancels && visit.order.mode === 'orchestrated')).toBe(true);
  });

  test('arrives at the asked rate on average', () => {
    const random = seededRandom(3);
    let total = 0;
    for (let i = 0; i < 10_000; i++) total += nextGapMs(random, 20);
    expect(total / 10_000).toBeGreaterThan(48);
    expect(total / 10_000).toBeLessThan(52);
  });
});
