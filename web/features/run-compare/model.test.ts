import type { ComparedRow, Comparison, Difference } from '@stormglass/chaos/contract';
import { expect, test } from 'vitest';
import { cellOf, differs, figureChange, nameOf, summaryOf, valueText } from './model.ts';

const difference = (over: Partial<Difference>): Difference => ({
  ...{ figure: 'errors', a: 0.01, b: 0.31, change: 0.3, interval: [0.25, 0.35], p: 0, adjusted: 0 },
  mark: '***',
  ...over,
});
const row = (differences: Difference[], over: Partial<ComparedRow> = {}): ComparedRow => ({
  ...{ kind: 'client', service: 'orders', peer: 'payments', operation: '', a: null, b: null },
  ...{ differences, untested: '', ...over },
});
const comparison = (rows: ComparedRow[], tests: number) => ({ rows, tests }) as Comparison;

test('an edge is named by both ends, an operation by its service', () => {
  expect(nameOf(row([]))).toBe('orders → payments');
  expect(nameOf(row([], { operation: 'POST /orders', peer: '' }))).toBe('orders POST /orders');
});

test('a difference says both values, its change, the interval and whether it is worse', () => {
  const cell = cellOf(row([difference({})]), 'errors');
  expect(cell).toMatchObject({ text: '1 % → 31 %', tone: 'worse', mark: '***' });
  expect(cell?.about).toBe('+30 %, at 95 % from +25 % to +35 %; p < 0.001 after the correction');
});

test('what may be chance is neither better nor worse', () => {
  const chance = difference({ mark: '', adjusted: 0.4 });
  expect(cellOf(row([chance]), 'errors')?.tone).toBe('same');
  expect(differs(row([chance]))).toBe(false);
});

test('a shorter duration is better, though its change is a factor', () => {
  const faster = difference({ figure: 'duration', a: 200, b: 100, change: 0.5, interval: [0.4, 0.6] });
  expect(cellOf(row([faster]), 'duration')).toMatchObject({ text: '200 ms → 100 ms', tone: 'better' });
});

test('more or fewer calls differ and are neither better nor worse', () => {
  const rate = difference({ figure: 'rate', a: 2, b: 4, change: 2, interval: [1, 3] });
  expect(cellOf(row([rate]), 'rate')?.tone).toBe('differs');
});

test('a figure that could not be tested has no cell', () => {
  expect(cellOf(row([]), 'slow')).toBeNull();
});

test('figures of recovery are said in their units, and unknown stays unknown', () => {
  const recover = { id: 'recover', name: 'Recover', unit: 'ms' as const, a: 3_000, b: null, change: null };
  expect([valueText(recover, recover.a), valueText(recover, recover.b)]).toEqual(['3.00 s', 'unknown']);
  expect(figureChange(recover)).toBe('–');
  expect(figureChange({ ...recover, b: 1_000, change: -2_000 })).toBe('−2.00 s');
  expect(figureChange({ ...recover, b: 3_000, change: 0 })).toBe('the same');
});

test('the sentence says how many differ, that none does, or that nothing could be tested', () => {
  expect(summaryOf(comparison([row([difference({})]), row([])], 9))).toBe(
    '1 of 2 edges and operations differ by more than chance, in 9 tests.',
  );
  expect(summaryOf(comparison([row([])], 4))).toBe('Nothing differs by more than chance, in 4 tests.');
  expect(summaryOf(comparison([], 0))).toBe('Too few calls in this part of both runs to test anything.');
});
