import { describe, expect, it } from 'vitest';
import { gridRange, MOVING_GRID_MS, standsIn } from './grid-range.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

describe('gridRange', () => {
  it('asks once in ten seconds while a range moves, whatever the second', () => {
    const asked = Array.from({ length: 30 }, (_, second) => {
      const now = NOW + second * 1000;
      return JSON.stringify(gridRange(now - HOUR, now, MOVING_GRID_MS));
    });
    expect(new Set(asked).size).toBe(3);
  });

  it('holds the whole range', () => {
    const range = gridRange(NOW - HOUR + 1, NOW + 1, MOVING_GRID_MS);
    expect(range?.from).toBeLessThanOrEqual(NOW - HOUR + 1);
    expect(range?.to).toBeGreaterThan(NOW + 1);
  });

  it('asks for nothing before the clock is known', () => {
    expect(gridRange(0 - 150_000, 0, MOVING_GRID_MS)).toBeNull();
  });
});

describe('standsIn', () => {
  const wanted = { from: NOW - HOUR, to: NOW };

  it('takes the answer of the step before while the next one comes', () => {
    const before = { from: wanted.from - MOVING_GRID_MS, to: wanted.to - MOVING_GRID_MS };
    expect(standsIn(before, wanted, MOVING_GRID_MS)).toBe(true);
  });

  it('never takes fifteen minutes for an hour, nor another time for this one', () => {
    expect(standsIn({ from: NOW - 900_000, to: NOW }, wanted, MOVING_GRID_MS)).toBe(false);
    expect(standsIn({ from: NOW - 9 * HOUR, to: NOW - 8 * HOUR }, wanted, MOVING_GRID_MS)).toBe(false);
  });
});
