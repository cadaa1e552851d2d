import { describe, expect, it } from 'vitest';
import { holm, meanEstimate, medianEstimate, studentQuantile, studentTail, wilson } from './index.ts';

describe("Student's distribution", () => {
  it('has the quantiles of the printed tables', () => {
    const printed: [df: number, t: number][] = [
      [1, 12.7062],
      [2, 4.30265],
      [4, 2.77645],
      [9, 2.26216],
      [30, 2.04227],
      [1000, 1.96234],
    ];
    for (const [df, t] of printed) expect(studentQuantile(0.05, df)).toBeCloseTo(t, 4);
    expect(studentQuantile(0.01, 10)).toBeCloseTo(3.16927, 4);
  });

  it('has tails between 1 at nothing and 0 far away', () => {
    expect(studentTail(0, 5)).toBe(1);
    expect(studentTail(2, 5.5)).toBe(studentTail(-2, 5.5));
    expect(studentTail(1e6, 3)).toBeLessThan(1e-12);
  });
});

describe('a mean', () => {
  it("has Student's interval", () => {
    // s = 1, n = 3: 2 +- 4.30265 / sqrt(3).
    const found = meanEstimate([1, 2, 3]);
    expect(found?.value).toBe(2);
    expect(found?.interval?.[0]).toBeCloseTo(2 - 2.48414, 4);
    expect(found?.interval?.[1]).toBeCloseTo(2 + 2.48414, 4);
  });

  it('of one value has none, and of no value there is none', () => {
    expect(meanEstimate([7])).toEqual({ value: 7, interval: null });
    expect(meanEstimate([])).toBeNull();
  });
});

describe('a median', () => {
  it('has the interval of the sign test', () => {
    expect(medianEstimate([5, 1, 4, 2, 3, 6])).toEqual({ value: 3.5, interval: [1, 6] });
    // n = 10: P(X <= 1) = 1.07 %, P(X <= 2) = 5.5 %; so from the second to the ninth.
    expect(medianEstimate([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual({ value: 5.5, interval: [2, 9] });
  });

  it('of five values has none: even all of them hold it only at 93.8 %', () => {
    expect(medianEstimate([1, 2, 3, 4, 5])).toEqual({ value: 3, interval: null });
    expect(medianEstimate([])).toBeNull();
  });
});

describe('the correction for many tests', () => {
  it("is Holm's", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    expect(adjusted.map((p) => Number(p.toFixed(6)))).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([])).toEqual([]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
  });
});

it('the interval of a share is that of Wilson', () => {
  const [low, high] = wilson(64, 80);
  // (0.8 + z2/160 -+ 1.96 sqrt(0.002 + z2/25600)) / (1 + z2/80), z2 = 3.8416.
  expect(low).toBeCloseTo(0.69954, 4);
  expect(high).toBeCloseTo(0.87297, 4);
  expect(wilson(0, 0)).toEqual([0, 1]);
});
