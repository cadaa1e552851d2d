import { expect, it } from 'vitest';
import { parseTraceQuery } from './query.ts';
import { picking, searchIn } from './selection.ts';

it('a search in a selection keeps the other conditions and holds what lies on its edge', () => {
  const brush = { from: 1000.4, to: 9000.2, low: 12.34567, high: 80.00001 };
  const address = searchIn(brush, 'service=orders duration>1ms');
  expect(address).toMatchObject({ from: '1000', to: '9001', brush: null, at: null });
  const parsed = parseTraceQuery(address.q ?? '');
  if (!parsed.ok) throw new Error(parsed.problem.message);
  expect(parsed.conditions).toMatchObject({
    service: 'orders',
    minDurationMs: 12.345,
    maxDurationMs: 80.001,
  });
});

it('two traces are chosen at most; a third takes the place of the first', () => {
  expect(picking(['a'], 'b')).toEqual(['a', 'b']);
  expect(picking(['a', 'b'], 'c')).toEqual(['b', 'c']);
  expect(picking(['a', 'b'], 'a')).toEqual(['b']);
});
