import { describe, expect, test } from 'vitest';
import { HandClock } from '../testing/hand-clock.ts';
import { TokenBuckets } from './token-bucket.ts';

const SIZE = { capacity: 100, perSecond: 10 };
const passed = (buckets: TokenBuckets, user: string, tries: number) =>
  Array.from({ length: tries }, () => buckets.take(user)).filter((wait) => wait === 0).length;

describe('the token bucket of a user', () => {
  test('lets its capacity through at once, then its rate, and says how long to wait', () => {
    const clock = new HandClock();
    const buckets = new TokenBuckets(SIZE, clock);
    expect(passed(buckets, 'a', 150)).toBe(100);
    expect(buckets.take('a')).toBe(100);
    clock.pass(100);
    expect(passed(buckets, 'a', 5)).toBe(1);
    clock.pass(1_000);
    expect(passed(buckets, 'a', 50)).toBe(10);
  });

  test('is full again after a rest, and never fuller', () => {
    const clock = new HandClock();
    const buckets = new TokenBuckets(SIZE, clock);
    passed(buckets, 'a', 100);
    clock.pass(3_600_000);
    expect(passed(buckets, 'a', 300)).toBe(100);
  });

  test('is nobody else’s', () => {
    const buckets = new TokenBuckets(SIZE, new HandClock());
    expect(passed(buckets, 'a', 200)).toBe(100);
    expect(passed(buckets, 'b', 200)).toBe(100);
  });

  test('is forgotten when more users came since than are remembered', () => {
    const buckets = new TokenBuckets(SIZE, new HandClock());
    passed(buckets, 'a', 100);
    for (let i = 0; i < 10_000; i++) buckets.take(`user-${i}`);
    expect(passed(buckets, 'a', 200)).toBe(100);
  });
});
