import { describe, expect, test } from 'vitest';
import { FaultSpec, faultProblem, inVariant } from '../index.ts';

const traces = Array.from({ length: 10_000 }, (_, i) => i.toString(16).padStart(32, '0'));

describe('a variant', () => {
  test('is the share of the traces that was asked for, and the same whenever it is asked', () => {
    for (const percentage of [10, 50]) {
      const variant = { salt: 'cell', percentage };
      const chosen = traces.filter((trace) => inVariant(variant, trace));
      expect(Math.abs(chosen.length / traces.length - percentage / 100)).toBeLessThan(0.02);
      expect(traces.filter((trace) => inVariant(variant, trace))).toEqual(chosen);
    }
  });

  test('of another salt is chosen independently', () => {
    const a = (trace: string) => inVariant({ salt: 'a', percentage: 50 }, trace);
    const b = (trace: string) => inVariant({ salt: 'b', percentage: 50 }, trace);
    const both = traces.filter((trace) => a(trace) && b(trace)).length / traces.length;
    expect(Math.abs(both - 0.25)).toBeLessThan(0.02);
  });

  test('never holds what belongs to no trace', () => {
    expect(inVariant({ salt: 'a', percentage: 99.9 }, '')).toBe(false);
  });

  test('is refused where a fault hurts everybody', () => {
    const selector = { variant: { salt: 'a' } };
    const target = { kind: 'process', service: 'orders' } as const;
    const kill = FaultSpec.parse({ action: { type: 'process_kill' }, target, selector });
    expect(faultProblem(kill)).toContain('has no variant');
    const edge = { kind: 'edge', from: 'a', to: 'b' } as const;
    expect(faultProblem(FaultSpec.parse({ action: { type: 'error' }, target: edge, selector }))).toBeNull();
  });
});
