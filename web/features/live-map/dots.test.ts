import { emptyTimeline, type TrafficCell } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { trafficCell } from '../../live/testing/telemetry.ts';
import { DotSource } from './dots.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 500;

function timeline(calls: number, errors = 0, kind: TrafficCell['kind'] = 'client') {
  const cell = trafficCell({ second: S, kind, peer: 'payments', operation: '', calls, errors });
  return { ...emptyTimeline(), traffic: [cell] };
}

describe('DotSource', () => {
  it('draws a dot for each new call and none for those before the page opened', () => {
    const source = new DotSource();
    source.update(timeline(5), AT, 0);
    expect(source.dots).toHaveLength(0);
    source.update(timeline(7), AT, 100);
    expect(source.dots).toHaveLength(2);
    source.update(timeline(7), AT, 200);
    expect(source.dots).toHaveLength(2);
  });

  it('shows failed calls and messages as such', () => {
    const source = new DotSource();
    source.update(emptyTimeline(), AT, 0);
    source.update(timeline(2, 1), AT, 0);
    expect(source.dots.map((d) => d.failed)).toEqual([true, false]);
    source.clear();
    source.update(emptyTimeline(), AT, 0);
    source.update(timeline(1, 0, 'producer'), AT, 0);
    expect(source.dots[0]).toMatchObject({ message: true, edge: 'orders>queue:payments' });
  });

  it('forgets a dot when it has arrived', () => {
    const source = new DotSource();
    source.update(emptyTimeline(), AT, 0);
    source.update(timeline(1), AT, 0);
    const curves = new Map([['orders>payments', { length: 80 }]]);
    source.sweep(900, curves);
    expect(source.dots).toHaveLength(1);
    source.sweep(1_100, curves);
    expect(source.dots).toHaveLength(0);
  });

  it('thins a busy edge and stays within its bound', () => {
    const source = new DotSource();
    source.update(emptyTimeline(), AT, 0);
    source.update(timeline(400), AT, 0);
    expect(source.dots.length).toBeLessThanOrEqual(12);
  });
});
