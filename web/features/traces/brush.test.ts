import { describe, expect, it } from 'vitest';
import { type Brush, brushBetween, brushBox, brushText, inBrush, nudged, readBrush } from './brush.ts';

const extent = { from: 1000, to: 2000, low: 1, high: 10_000 };
const middle: Brush = { from: 1400, to: 1600, low: 10, high: 1000 };
const near = (a: Brush | null, b: Brush) => {
  for (const key of ['from', 'to', 'low', 'high'] as const) expect(a?.[key]).toBeCloseTo(b[key], 6);
};

describe('a selection in the scatter', () => {
  it('is what lies between two points, whichever was first; durations are logarithmic', () => {
    near(brushBetween(extent, { x: 0.6, y: 0.75 }, { x: 0.4, y: 0.25 }), middle);
    expect(brushBetween(extent, { x: 0.5, y: 0.1 }, { x: 0.5, y: 0.9 })).toBeNull();
  });

  it('is drawn where it was made', () => {
    const { x, y, w, h } = brushBox(extent, middle);
    for (const [is, wanted] of [
      [x, 0.4],
      [y, 0.25],
      [w, 0.2],
      [h, 0.5],
    ] as const) {
      expect(is).toBeCloseTo(wanted, 6);
    }
  });

  it('comes back from an address, and nonsense does not', () => {
    const brush = { from: 1_700_000_000_000, to: 1_700_000_009_000, low: 0.125, high: 1840 };
    expect(readBrush(brushText(brush))).toEqual(brush);
    for (const text of ['', 'x', '1-2-3', '2-1-3-4', '1-2-4-3', '1-2-3-4-5', '1-2-3-x']) {
      expect(readBrush(text)).toBeNull();
    }
  });

  it('holds the traces on its edge', () => {
    expect(inBrush(middle, { startMs: 1400, durationMs: 1000 })).toBe(true);
    expect(inBrush(middle, { startMs: 1601, durationMs: 1000 })).toBe(false);
    expect(inBrush(middle, { startMs: 1500, durationMs: 9 })).toBe(false);
  });
});

describe('the keyboard', () => {
  it('makes a selection with the first arrow and nothing with a letter', () => {
    expect(nudged(extent, null, 'ArrowLeft', false)).not.toBeNull();
    expect(nudged(extent, null, 'x', false)).toBeNull();
  });

  it('moves it, and keeps its size at the end of an axis', () => {
    let brush: Brush = middle;
    for (let i = 0; i < 30; i++) brush = nudged(extent, brush, 'ArrowRight', false) ?? brush;
    near(brush, { ...middle, from: 1800, to: 2000 });
  });

  it('moves its right and its upper end with shift, never past the other end', () => {
    expect(nudged(extent, middle, 'ArrowRight', true)?.to).toBeCloseTo(1650, 6);
    expect(nudged(extent, middle, 'ArrowUp', true)?.high).toBeGreaterThan(1000);
    let brush: Brush = middle;
    for (let i = 0; i < 30; i++) brush = nudged(extent, brush, 'ArrowLeft', true) ?? brush;
    expect(brush.to).toBeGreaterThan(brush.from);
  });
});
