import { expect, it } from 'vitest';
import { instantsIn } from './instants-in.ts';

it('a text is cut at its ISO times and loses nothing', () => {
  const text =
    '3 starts were missed, the first at 2027-01-08T12:00:00.000Z: it slept until 2027-01-08T13:00:00Z';
  expect(instantsIn(text)).toEqual([
    { text: '3 starts were missed, the first at ' },
    { iso: '2027-01-08T12:00:00.000Z', at: Date.UTC(2027, 0, 8, 12) },
    { text: ': it slept until ' },
    { iso: '2027-01-08T13:00:00Z', at: Date.UTC(2027, 0, 8, 13) },
  ]);
  expect(instantsIn('maintenance 2027-99-99T99:99:99Z')).toEqual([
    { text: 'maintenance 2027-99-99T99:99:99Z' },
  ]);
  expect(instantsIn('')).toEqual([]);
});
