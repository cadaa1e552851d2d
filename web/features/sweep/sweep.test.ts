import type { HeatMap } from '@stormglass/chaos/contract';
import { describe, expect, test } from 'vitest';
import { againOf, headWords, heatRows, legend, readForm, STATES, squareWords } from './model.ts';

const column = (id: string) => ({ id, title: id, position: 'before' });
const cell = (row: string, on: string, state: HeatMap['cells'][number]['state']) => ({
  ...{ id: `${row}.${on}`, row, column: on, state, why: 'so it is' },
});
const heat: HeatMap = {
  rows: ['a', 'b'],
  columns: [column('error@before'), column('hang@before')],
  cells: [cell('a', 'error@before', 'breaks'), cell('b', 'hang@before', 'survives')],
};

describe('the fault matrix', () => {
  test('has a square where the fault applies, and none elsewhere', () => {
    expect(
      heatRows(heat).map(({ row, squares }) => [row, ...squares.map((one) => one?.state ?? null)]),
    ).toEqual([
      ['a', 'breaks', null],
      ['b', null, 'survives'],
    ]);
  });

  test('names the position of a fault only where it tells two columns apart', () => {
    const of = (title: string, position: string) => ({ id: `${title}@${position}`, title, position });
    const columns = [of('Hang', 'before'), of('Hang', 'after'), of('CPU burn', 'before')];
    expect(columns.map((one) => headWords({ ...heat, columns }, one))).toEqual([
      'Hang, before',
      'Hang, after',
      'CPU burn',
    ]);
  });

  test('counts its states, the worst first, and says each in words', () => {
    expect(legend(heat)).toEqual([
      { state: 'breaks', count: 1 },
      { state: 'survives', count: 1 },
    ]);
    const [first] = heat.cells;
    const [head] = heat.columns;
    if (!first || !head) throw new Error('it is empty');
    expect(squareWords(first, head)).toBe('error@before, before on a: breaks, so it is');
    expect(new Set(Object.values(STATES).map(({ title }) => title)).size).toBe(8);
  });
});

test('a cell that is tried again spares whom the sweep spared', () => {
  const request = {
    ...{
      minutes: 5,
      seed: 3,
      only: ['a'],
      exactly: [],
      types: ['error' as const],
      parallel: 2,
      cellSeconds: 45,
    },
    ...{ settleSeconds: 8, alpha: 0.05, tolerance: 0.1, together: true, wide: false, scope: 'canary' },
  };
  expect(againOf(request, 'a.hang.before')).toEqual({
    ...{ ...request, only: [], types: [], together: false, exactly: ['a.hang.before'], dry: false },
  });
});

describe('the form of a sweep', () => {
  test('leaves out what nobody filled in', () => {
    const form = new FormData();
    form.set('minutes', '5');
    form.set('seed', '');
    form.set('only', ' orders-to, error.after ');
    form.append('types', 'error');
    form.append('types', 'hang');
    expect(readForm(form)).toEqual({
      ...{ minutes: 5, wide: false, only: ['orders-to', 'error.after'], types: ['error', 'hang'] },
    });
  });
});
