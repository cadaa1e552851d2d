import { expect, test } from 'vitest';
import { makeAxis } from './axis.ts';
import { labelPlaces, labelWidth } from './fault-labels.ts';
import type { FaultBar } from './fault-lane.ts';

const axis = makeAxis({ from: 0, to: 100_000, now: 100_000, live: false, left: 0, width: 1000 });
const bar = (id: string, from: number, to: number, words = 'payments latency 3.5 s'): FaultBar => ({
  ...{ id, words, from, to, leaseEnd: null, row: 0 },
});

test('words stand in a bar that is long enough, else before it', () => {
  expect(labelPlaces([bar('long', 20_000, 60_000)], axis).get('long')?.side).toBe('inside');
  expect(labelPlaces([bar('short', 60_000, 61_000)], axis).get('short')?.side).toBe('left');
});

test('words never cover another bar or other words', () => {
  const places = labelPlaces([bar('first', 50_000, 51_000), bar('second', 56_000, 57_000)], axis);
  expect(places.get('second')?.side).toBe('right');
  expect(places.get('first')).toEqual({ side: 'left', x: 493 });
  expect(labelWidth('payments latency 3.5 s')).toBeGreaterThan(60);
});

test('words without room are left out', () => {
  const crowd = Array.from({ length: 30 }, (_, i) => bar(`b${i}`, i * 3_000, i * 3_000 + 500));
  expect(labelPlaces(crowd, axis).size).toBeLessThan(4);
});
