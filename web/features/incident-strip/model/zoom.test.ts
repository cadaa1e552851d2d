import { describe, expect, it } from 'vitest';
import { between, moved, zoomed } from './zoom.ts';

const NOW = 1_000_000;
const span = { from: NOW - 100_000, to: NOW - 40_000 };

describe('zooming by keyboard', () => {
  it('halves the span and leaves the cursor where it stood', () => {
    const at = span.from + 15_000;
    const half = zoomed(span, at, 0.5, NOW);
    expect(half.to - half.from).toBe(30_000);
    expect((at - half.from) / (half.to - half.from)).toBeCloseTo(0.25);
  });

  it('out and in again is where it began', () => {
    const at = span.from + 30_000;
    expect(zoomed(zoomed(span, at, 2, NOW), at, 0.5, NOW)).toEqual(span);
  });

  it('shows nothing beyond now, and as much of the past instead', () => {
    const live = { from: NOW - 60_000, to: NOW };
    expect(zoomed(live, NOW - 10_000, 2, NOW)).toEqual({ from: NOW - 120_000, to: NOW });
  });

  it('ends at two seconds and at a day', () => {
    const least = zoomed({ from: 0, to: 3_000 }, 1_000, 0.5, NOW);
    expect(least.to - least.from).toBe(2_000);
    const most = zoomed({ from: 0, to: 80_000_000 }, 1_000, 2, NOW * 1_000);
    expect(most.to - most.from).toBe(86_400_000);
  });
});

it('a span is moved by its half, and not beyond now', () => {
  expect(moved(span, -0.5, NOW)).toEqual({ from: span.from - 30_000, to: span.to - 30_000 });
  expect(moved(span, 0.5, NOW)).toEqual({ from: span.from + 30_000, to: span.to + 30_000 });
  expect(moved({ from: NOW - 60_000, to: NOW }, 0.5, NOW)).toEqual({ from: NOW - 60_000, to: NOW });
});

it('a range by keyboard is what lies between the mark and the cursor, in either order', () => {
  expect(between(10_000, 30_000, NOW)).toEqual({ from: 10_000, to: 30_000 });
  expect(between(30_000, 10_000, NOW)).toEqual({ from: 10_000, to: 30_000 });
  expect(between(NOW - 5_000, NOW + 9_000, NOW)).toEqual({ from: NOW - 5_000, to: NOW });
  expect(between(10_000, 11_000, NOW)).toBeNull();
});
