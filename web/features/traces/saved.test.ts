import { expect, it } from 'vitest';
import { readSaved, withSaved } from './saved.ts';

const slow = { name: 'slow', q: 'duration>1s', all: false };

it('a saved search comes back as it was; what is not one is left out', () => {
  expect(readSaved(JSON.stringify([slow, { name: 'x' }, 7]))).toEqual([slow]);
  for (const text of [null, '', '{', '{}', '7']) expect(readSaved(text)).toEqual([]);
});

it('a name stands for one search, the newest first, at most fifty', () => {
  const again = { ...slow, q: 'duration>2s' };
  expect(withSaved([{ ...slow, name: 'other' }, slow], again).map((s) => s.q)).toEqual([again.q, slow.q]);
  const many = Array.from({ length: 50 }, (_, i) => ({ ...slow, name: `${i}` }));
  expect(withSaved(many, slow)).toHaveLength(50);
});
