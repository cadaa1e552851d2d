import { expect, it } from 'vitest';
import { readTour } from './tour.ts';

it('a tour that was on its way goes on where it was', () => {
  const stored = { step: 'watch', seen: true, sagaId: 'sg_1', faultId: 'f-1' };
  expect(readTour(JSON.stringify(stored))).toEqual(stored);
});

it('what another version or a hand has stored is a tour that has not begun', () => {
  const fresh = { step: null, seen: false, sagaId: '', faultId: '' };
  for (const text of [null, 'null', '{', '[]', '{"step":"dance","seen":"yes","sagaId":7}']) {
    expect(readTour(text)).toEqual(fresh);
  }
});
