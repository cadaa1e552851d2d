import { describe, expect, test } from 'vitest';
import { seededRandom } from '../kit/random.ts';
import { cookieOf, Split } from './split.ts';

const split = (percent: number) =>
  new Split({ name: 'page', title: 'Page', variants: ['v1', 'v2'], percent, random: seededRandom(1) });

const share = (of: Split<'v1' | 'v2'>, who?: (i: number) => string) =>
  Array.from({ length: 10_000 }, (_, i) => of.choose(who ? { who: who(i) } : {})).filter(
    ({ variant }) => variant === 'v2',
  ).length / 10_000;

describe('a split', () => {
  test('gives each variant its share of requests, and of users', () => {
    expect(share(split(10))).toBeCloseTo(0.1, 1);
    expect(share(split(10), (i) => `user-${i}`)).toBeCloseTo(0.1, 1);
    expect(share(split(0))).toBe(0);
    expect(share(split(100))).toBe(1);
  });

  test('keeps a user on his variant, also when the share of it grows', () => {
    const before = Array.from({ length: 500 }, (_, i) => split(20).choose({ who: `user-${i}` }).variant);
    const after = Array.from({ length: 500 }, (_, i) => split(60).choose({ who: `user-${i}` }).variant);
    expect(before.some((variant) => variant === 'v2')).toBe(true);
    for (const [i, variant] of before.entries()) if (variant === 'v2') expect(after[i]).toBe('v2');
  });

  test('obeys a header, then a cookie, and nothing which is no variant', () => {
    const all = split(0);
    expect(all.choose({ header: 'v2', cookie: 'v1' })).toEqual({ variant: 'v2', reason: 'header' });
    expect(all.choose({ header: 'v9', cookie: 'v2' })).toEqual({ variant: 'v2', reason: 'cookie' });
    expect(all.choose({ header: 'v9', cookie: 'no' })).toEqual({ variant: 'v1', reason: 'weight' });
  });

  test('reads its cookie among others', () => {
    expect(cookieOf('a=1; canary=v2; b=3', 'canary')).toBe('v2');
    expect(cookieOf('xcanary=v2', 'canary')).toBe(undefined);
    expect(cookieOf(undefined, 'canary')).toBe(undefined);
  });
});
