import type { TraceSummary } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { barShare, dotsOf, histogramOf, latencyScale, scatterOf, totals } from './list-model.ts';

const trace = (startMs: number, durationMs: number, more: Partial<TraceSummary> = {}): TraceSummary => ({
  traceId: `${startMs}`,
  startMs,
  durationMs,
  rootService: 'gateway',
  rootName: 'POST /orders',
  spanCount: 1,
  errorCount: 0,
  services: ['gateway'],
  faultIds: [],
  ...more,
});

describe('the latency scatter', () => {
  it('puts the slow ones above the fast ones, and all inside', () => {
    const { points } = scatterOf([trace(0, 3), trace(50, 3500), trace(100, 40)], 0, 100);
    const [fast, slow, middle] = points.map((p) => p.y);
    expect(slow).toBeLessThan(middle ?? 0);
    expect(middle).toBeLessThan(fast ?? 0);
    expect(points.every((p) => p.y >= 0 && p.y <= 1 && p.x >= 0 && p.x <= 1)).toBe(true);
  });

  it('has an axis even when every trace takes the same time', () => {
    const { points, ticks } = scatterOf([trace(0, 20), trace(1, 20)], 0, 1);
    expect(points.every((p) => Number.isFinite(p.y))).toBe(true);
    expect(ticks.map((t) => t.ms)).toEqual([100]);
  });

  it('is empty without traces', () => {
    expect(scatterOf([], 0, 1)).toEqual({ points: [], ticks: [] });
  });
});

it('dots of the scatter at one place are drawn once, a failed one beside a good one all the same', () => {
  const traces = [trace(0, 10), trace(0, 10), trace(0, 10, { errorCount: 1 }), trace(100, 10)];
  expect(dotsOf(scatterOf(traces, 0, 100).points, 800, 100)).toHaveLength(3);
});

describe('the histogram', () => {
  const traces = [
    trace(0, 1),
    trace(1, 1.1, { errorCount: 1 }),
    trace(2, 100, { faultIds: ['f'] }),
    trace(3, 0),
  ];

  it('counts every trace once, the slowest on top, on the axis of the scatter', () => {
    const bins = histogramOf(traces, 8);
    expect(bins.reduce((n, b) => n + b.count, 0)).toBe(traces.length);
    expect(bins[0]).toMatchObject({ count: 1, touched: 1, failed: 0 });
    const { low, high } = latencyScale(traces);
    expect(bins[0]?.high).toBeCloseTo(high, 6);
    expect(bins.at(-1)?.low).toBeCloseTo(low, 6);
    for (const [i, bin] of bins.slice(1).entries()) expect(bin.high).toBeCloseTo(bins[i]?.low ?? 0, 6);
  });

  it('counts what failed apart from what a fault touched without failing', () => {
    const all = histogramOf([trace(0, 5, { errorCount: 1, faultIds: ['f'] })], 1);
    expect(all).toMatchObject([{ count: 1, failed: 1, touched: 0 }]);
  });
});

describe('the list', () => {
  it('counts failures, touched traces and the slowest', () => {
    const found = totals([trace(0, 5, { errorCount: 2 }), trace(1, 9, { faultIds: ['f-1'] })]);
    expect(found).toEqual({ failed: 1, touched: 1, slowestMs: 9 });
  });

  it('draws the slowest as a full bar and never nothing', () => {
    expect(barShare(4000, 4000)).toBe(1);
    expect(barShare(0.01, 4000)).toBeGreaterThan(0);
  });
});
