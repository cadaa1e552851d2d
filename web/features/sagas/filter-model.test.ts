import { expect, test } from 'vitest';
import { conditionsOf, readGiven } from './filter-model.ts';

const asked = (search: string) => conditionsOf(readGiven(search));

test('filters of the list are read from the address, seconds as milliseconds and money in minor units', () => {
  expect(asked('')).toEqual({});
  expect(asked('?status=stuck&text=o-1&mode=orchestrated&step=ship&took=2.5&amount=80&range=5m')).toEqual({
    ...{ status: 'stuck', text: 'o-1', mode: 'orchestrated', step: 'ship' },
    ...{ minDurationMs: 2_500, minAmount: 8_000 },
  });
  expect(asked('?type=return-order&before=1700000000000')).toEqual({
    type: 'return-order',
    before: 1_700_000_000_000,
  });
});

test('a number that cannot be read is not asked for', () => {
  expect(asked('?took=long&amount=-1&before=')).toEqual({});
});
