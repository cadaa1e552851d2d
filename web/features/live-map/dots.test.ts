import { emptyTimeline, type TrafficCell } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { trafficCell } from '../../live/testing/telemetry.ts';
import { DotSource } from './dots.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 500;

const RATES = new Map<string, number>();

function timeline(calls: number, errors = 0, kind: TrafficCell['kind'] = 'client') {
  const cell = trafficCell({ second: S, kind, peer: 'payments', operation: '', calls, errors });
  return { ...emptyTimeline(), traffic: [cell] };
}

describe('DotSource', () => {
  it('draws a dot for each new call and none for those before the page opened', () => {
    const source = new DotSource();
    source.update(timeline(5), AT, 0, RATES);
    expect(source.dots).toHaveLength(0);
    source.update(timeline(7), AT, 100, RATES);
    expect(source.dots).toHaveLength(2);
    source.update(timeline(7), AT, 200, RATES);
    expect(source.dots).toHaveLength(2);
  });

  it('shows failed calls and messages as such', () => {
    const source = new DotSource();
    source.update(emptyTimeline(), AT, 0, RATES);
    source.update(timeline(2, 1), AT, 0, RATES);
    expect(source.dots.map((d) => d.failed)).toEqual([true, false]);
    source.clear();
    source.update(emptyTimeline(), AT, 0, RATES);
    source.update(timeline(1, 0, 'producer'), AT, 0, RATES);
    expect(source.dots[0]).toMatchObject({ message: true, edge: 'orders>queue:payments' });
  });

  it('lets the calls of a batch set out over the time in which they were made', () => {
    const source = new DotSource();
    source.update(emptyTimeline(), AT, 0, RATES);
    source.update(timeline(1), AT, 0, RATES);
    source.update(timeline(5), AT, 1_000, RATES);
    expect(source.dots.map((d) => d.startsAt)).toEqual([0, 1_000, 1_250, 1_500, 1_750]);
  });

  it('forgets a dot when it has arrived', () => {
    const source = new DotSource();
    source.update(emptyTimeline(), AT, 0, RATES);
    source.update(timeline(1), AT, 0, RATES);
    const curves = new Map([['orders>payments', { length: 80 }]]);
    source.sweep(900, curves);
    expect(source.dots).toHaveLength(1);
    source.sweep(1_100, curves);
    expect(source.dots).toHaveLength(0);
  });

  it('draws every operation of an edge', () => {
    const source = new DotSource();
    source.update(emptyTimeline(), AT, 0, RATES);
    const traffic = ['POST /charges', 'GET /charges'].flatMap((operation) =>
      timeline(2).traffic.map((cell) => ({ ...cell, operation })),
    );
    source.update({ ...emptyTimeline(), traffic }, AT, 0, RATES);
    expect(source.dots).toHaveLength(4);
  });

  it('draws at most twelve dots a second on a busy edge, in however many pieces its calls become known', () => {
    const busy = new Map([['orders>payments', 100]]);
    for (const pieces of [1, 4, 50]) {
      const source = new DotSource();
      source.update(emptyTimeline(), AT, 0, busy);
      for (let i = 1; i <= pieces; i += 1) source.update(timeline((100 / pieces) * i), AT, 0, busy);
      expect(source.dots.length).toBeGreaterThanOrEqual(11);
      expect(source.dots.length).toBeLessThanOrEqual(12);
    }
  });
});
