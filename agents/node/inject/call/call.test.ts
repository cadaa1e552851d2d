import { describe, expect, test } from 'vitest';
import { FaultAction } from '../../../contract/index.ts';
import { mergePatch } from './corrupt.ts';
import { effectOf } from './index.ts';

const DRAWS = Array.from({ length: 10_000 }, (_, i) => (i + 0.5) / 10_000);

/** The delays that a latency has over all of chance, sorted. */
function delays(action: object): number[] {
  const parsed = FaultAction.parse({ type: 'latency', ...action });
  return DRAWS.map((drawn) => {
    const effect = parsed.type === 'latency' ? effectOf(parsed, drawn) : null;
    return effect?.kind === 'wait' ? effect.ms : Number.NaN;
  }).sort((a, b) => a - b);
}
const at = (sorted: number[], q: number) => sorted[Math.floor(q * sorted.length)] ?? Number.NaN;

describe('latency', () => {
  test('fixed is fixed, and so is uniform without jitter', () => {
    for (const distribution of ['fixed', 'uniform'])
      expect(new Set(delays({ ms: 200, distribution }))).toEqual(new Set([200]));
    expect(new Set(delays({ ms: 200, jitterMs: 50, distribution: 'fixed' }))).toEqual(new Set([200]));
  });

  test('uniform lies evenly between its ends', () => {
    const all = delays({ ms: 200, jitterMs: 50 });
    expect(at(all, 0)).toBeCloseTo(150, 0);
    expect(at(all, 0.25)).toBeCloseTo(175, 0);
    expect(at(all, 0.9999)).toBeCloseTo(250, 0);
  });

  test('normal has its median and standard deviation, and is never negative', () => {
    const all = delays({ ms: 200, jitterMs: 50, distribution: 'normal' });
    expect(at(all, 0.5)).toBeCloseTo(200, 0);
    expect(Math.abs(at(all, 0.8413) - 250)).toBeLessThan(2);
    expect(Math.abs(at(all, 0.0228) - 100)).toBeLessThan(2);
    expect(Math.min(...delays({ ms: 10, jitterMs: 50, distribution: 'normal' }))).toBe(0);
  });

  test('pareto has the p50 and p99 it was given, and a long tail', () => {
    const all = delays({ ms: 100, p99Ms: 2_000, distribution: 'pareto' });
    expect(at(all, 0.5)).toBeCloseTo(100, 0);
    expect(Math.abs(at(all, 0.99) / 2_000 - 1)).toBeLessThan(0.02);
    expect(at(all, 0.9999)).toBeGreaterThan(10_000);
    expect(() => delays({ ms: 100, distribution: 'pareto' })).toThrow(/p99Ms/);
  });
});

/** The examples of RFC 7396, appendix A, whose patch is an object; and one that is not. */
test.each([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
])('merge patch: %s with %s is %s', (target, patch, result) => {
  expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result));
});
