import { expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';

test('the oldest waiting message is as old as the reading that first counted it', () => {
  const arrivals = new Arrivals();
  expect(arrivals.read(0, 0, 0)).toBeNull();
  expect(arrivals.read(1_000, 0, 2)).toBe(0);
  expect(arrivals.read(2_000, 0, 5)).toBe(1_000);
  // The two first ones are taken: the third came with the reading at 2,000.
  expect(arrivals.read(3_000, 2, 3)).toBe(1_000);
  expect(arrivals.read(4_000, 5, 0)).toBeNull();
  expect(arrivals.read(5_000, 5, 1)).toBe(0);
});

test('what waited before the first reading has waited since then at least', () => {
  const arrivals = new Arrivals();
  expect(arrivals.read(10_000, 100, 7)).toBe(0);
  expect(arrivals.read(14_000, 103, 4)).toBe(4_000);
});

test('counts that are a moment apart make nothing younger', () => {
  const arrivals = new Arrivals();
  arrivals.read(0, 0, 10);
  // Taken counts late: ten waited, four are gone, none is counted as taken yet.
  expect(arrivals.read(1_000, 0, 6)).toBe(1_000);
  expect(arrivals.read(2_000, 4, 6)).toBe(2_000);
});

test('hours of a growing queue need bounded memory, and the oldest keeps its age to within two readings', () => {
  const arrivals = new Arrivals();
  let age: number | null = null;
  for (let second = 0; second <= 20_000; second++) age = arrivals.read(second * 1_000, 0, second + 1);
  expect(age).toBe(20_000_000);
});
