import { expect, test } from 'vitest';
import { cutOffs, type Slice } from './cut-off.ts';

const slice = (minute: number, ordinary: number, kept = 0, service = 'loud'): Slice => {
  return { service, from: minute * 60, to: (minute + 1) * 60, ordinary, kept };
};
const cuts = (slices: Slice[], excess: Record<string, number>, newestMinute = 100) =>
  Object.fromEntries(cutOffs(slices, new Map(Object.entries(excess)), newestMinute * 60));

test('whole slices go, oldest first, until enough is free', () => {
  const slices = [slice(3, 10), slice(1, 10), slice(2, 10)];
  expect(cuts(slices, { loud: 15 })).toEqual({ loud: { ordinary: 180, kept: 0 } });
});

test('kept traces go only when all that is ordinary does not suffice', () => {
  const slices = [slice(1, 5, 50), slice(2, 5, 50), slice(3, 5, 50)];
  expect(cuts(slices, { loud: 15 })).toEqual({ loud: { ordinary: 240, kept: 0 } });
  expect(cuts(slices, { loud: 16 })).toEqual({ loud: { ordinary: 240, kept: 120 } });
});

test('nothing from the newest minutes goes, however much is missing', () => {
  const slices = [slice(1, 5), slice(2, 500)];
  expect(cuts(slices, { loud: 100 }, 2)).toEqual({ loud: { ordinary: 120, kept: 0 } });
  expect(cuts(slices, { loud: 100 }, 1)).toEqual({});
});

test('each service has a cut-off of its own, and who has no excess none', () => {
  const slices = [slice(1, 10), slice(2, 10), slice(1, 10, 0, 'other'), slice(1, 10, 0, 'quiet')];
  expect(cuts(slices, { loud: 20, other: 1 })).toEqual({
    loud: { ordinary: 180, kept: 0 },
    other: { ordinary: 120, kept: 0 },
  });
});
