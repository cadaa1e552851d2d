import { expect, test } from 'vitest';
import { unit } from '../../contract/index.ts';
import { Decider } from './decide.ts';

const call = (traceId: string) => ({ method: 'GET', route: '/work', traceId });
const traces = Array.from({ length: 5_000 }, (_, i) => i.toString(16).padStart(32, '0'));

test('hurts the share that was asked for', () => {
  for (const percentage of [1, 10, 50, 90]) {
    const decider = new Decider(7, 'f', percentage);
    const hurt = traces.filter((trace) => decider.draw(call(trace)) !== null).length;
    // Three standard deviations of the binomial.
    const margin = 3 * Math.sqrt(traces.length * (percentage / 100) * (1 - percentage / 100));
    expect(Math.abs(hurt - (traces.length * percentage) / 100)).toBeLessThan(margin);
  }
});

test('decides the same for the same seed, fault and traces, in any order, and otherwise not', () => {
  const pick = (seed: number, order: string[]) => {
    const decider = new Decider(seed, 'f', 30);
    return new Set(order.filter((trace) => decider.draw(call(trace)) !== null));
  };
  expect(pick(1, traces)).toEqual(pick(1, traces.toReversed()));
  expect(pick(1, traces)).not.toEqual(pick(2, traces));
});

test('repeated calls of one trace are drawn anew, so that a retry can get through', () => {
  const decider = new Decider(1, 'f', 50);
  const draws = Array.from({ length: 40 }, () => decider.draw(call('same')) !== null);
  expect(new Set(draws)).toEqual(new Set([true, false]));
});

test('numbers drawn are spread over the whole interval', () => {
  const drawn = traces.map((trace) => unit(trace));
  const mean = drawn.reduce((sum, n) => sum + n, 0) / drawn.length;
  expect(mean).toBeGreaterThan(0.48);
  expect(mean).toBeLessThan(0.52);
  for (const n of drawn) expect(n >= 0 && n < 1).toBe(true);
});
