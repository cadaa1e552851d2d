import { describe, expect, it } from 'vitest';
import { readRange, stepFor, withRange } from './time-range.ts';

const NOW = 1_800_000_000_000;

describe('readRange', () => {
  it('follows what happens now when the address says nothing', () => {
    expect(readRange('', NOW)).toEqual({
      live: true,
      name: 'live',
      from: NOW - 150_000,
      to: NOW,
      rewoundTo: null,
      replay: null,
    });
  });

  it('follows a named range', () => {
    expect(readRange('?range=60m', NOW)).toMatchObject({ live: true, name: '60m', from: NOW - 3_600_000 });
    expect(readRange('?range=5m', NOW)).toMatchObject({ live: true, name: '5m', from: NOW - 300_000 });
  });

  it('holds still on a range of its own', () => {
    const range = readRange(`?from=${NOW - 9000}&to=${NOW - 1000}`, NOW);
    expect(range).toMatchObject({
      live: false,
      name: 'custom',
      from: NOW - 9000,
      to: NOW - 1000,
      rewoundTo: null,
    });
  });

  it('shows a rewound instant with its surroundings, and never the future', () => {
    const range = readRange(`?at=${NOW - 10_000}&range=5m`, NOW);
    expect(range.live).toBe(false);
    expect(range.rewoundTo).toBe(NOW - 10_000);
    expect(range.to).toBe(NOW);
    expect(range.from).toBe(NOW - 300_000);
  });

  it('falls back to live for anything unreadable', () => {
    expect(readRange('?from=x&to=y&at=z&range=7d', NOW).live).toBe(true);
    expect(readRange(`?from=${NOW}&to=${NOW - 1}`, NOW).live).toBe(true);
  });
});

describe('withRange', () => {
  it('carries the range along and nothing else, and lets the address have its own', () => {
    expect(withRange('/traces', '?range=15m&node=orders')).toBe('/traces?range=15m');
    expect(withRange('/traces?q=a%3Db', '?from=1&to=2&at=1')).toBe('/traces?q=a%3Db&from=1&to=2&at=1');
    expect(withRange('/traces?range=5m', '?range=15m')).toBe('/traces?range=5m');
    expect(withRange('/sagas', '')).toBe('/sagas');
  });
});

describe('stepFor', () => {
  it('keeps one second for an hour quarter and bounds the buckets of long ranges', () => {
    expect(stepFor(0, 15 * 60_000)).toBe(1);
    expect(stepFor(0, 3_600_000)).toBe(5);
    expect((7 * 86_400) / stepFor(0, 7 * 86_400_000)).toBeLessThan(901);
  });
});
