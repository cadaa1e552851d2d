import { expect, test } from 'vitest';
import { excessOverFairShare, mostOf } from './fair-shares.ts';

const excess = (needs: Record<string, number>, room: number) =>
  Object.fromEntries(excessOverFairShare(new Map(Object.entries(needs)), room));

test('who needs less than an equal share keeps all of it, and leaves the rest to the others', () => {
  expect(excess({ quiet: 10, middle: 40, loud: 1000 }, 150)).toEqual({ loud: 900 });
  expect(excess({ quiet: 10, loud: 100, louder: 1000 }, 110)).toEqual({ loud: 50, louder: 950 });
});

test('where there is room for all nobody gives up anything', () => {
  expect(excess({ a: 10, b: 20 }, 30)).toEqual({});
  expect(excess({}, 0)).toEqual({});
});

test('of very many only those who have most to give up are named at one time', () => {
  const all = new Map(Array.from({ length: 5000 }, (_, i) => [`s${i}`, i]));
  expect([...mostOf(all, 3)]).toEqual([
    ['s4999', 4999],
    ['s4998', 4998],
    ['s4997', 4997],
  ]);
  expect(mostOf(new Map([['a', 1]]), 3)).toEqual(new Map([['a', 1]]));
});

test('equals give up the same, and everything when there is no room', () => {
  expect(excess({ a: 50, b: 50 }, 80)).toEqual({ a: 10, b: 10 });
  expect(excess({ a: 50, b: 1 }, -5)).toEqual({ a: 50, b: 1 });
});

test.each([0, 1, 17, 99, 1000])('what is given up is exactly what does not fit into %i', (room) => {
  const needs = new Map(Array.from({ length: 20 }, (_, i) => [`s${i}`, (i * 37) % 101]));
  const all = [...needs.values()].reduce((a, b) => a + b, 0);
  const given = [...excessOverFairShare(needs, room).values()].reduce((a, b) => a + b, 0);
  expect(given).toBeCloseTo(Math.max(0, all - room), 6);
});
