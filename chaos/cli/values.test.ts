import { describe, expect, it } from 'vitest';
import { selectionOf } from './values.ts';

const NOW = 1_000_000_000;
const none = { run: undefined, last: undefined, from: undefined, to: undefined };

describe('what an export records', () => {
  it('is a run, the last minutes, or a range', () => {
    expect(selectionOf({ ...none, run: 'r' }, NOW)).toEqual({ run: 'r' });
    expect(selectionOf({ ...none, last: '15m' }, NOW)).toEqual({ from: NOW - 900_000, to: NOW });
    expect(selectionOf({ ...none, from: '2026-01-31T12:00:00Z', to: '1769860800001' }, NOW)).toEqual({
      from: 1_769_860_800_000,
      to: 1_769_860_800_001,
    });
  });

  it('is refused when nobody can tell what is meant', () => {
    for (const wrong of [{}, { last: '15' }, { from: 'monday' }, { from: '2', to: '1' }]) {
      expect(() => selectionOf({ ...none, ...wrong }, NOW)).toThrow(/export wants|--last is|--from/);
    }
  });
});
