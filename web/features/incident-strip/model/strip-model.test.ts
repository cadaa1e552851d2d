import { emptyTimeline, sketchIndex } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import {
  breakerMove,
  breakerSample,
  faultInterval,
  queueSample,
  sagaEvent,
  trafficCell,
} from '../../../live/testing/telemetry.ts';
import { bucketSeconds, clip, makeAxis, ticks } from './axis.ts';
import { breakerRows } from './breaker-lane.ts';
import { deployMarks } from './deploy-lane.ts';
import { errorLane } from './error-lane.ts';
import { faultBars } from './fault-lane.ts';
import { queueLines } from './queue-lane.ts';
import { sagaBars } from './saga-lane.ts';
import { valuesAt } from './values.ts';

const T0 = 1_800_000_000_000;
const axis = makeAxis({ from: T0, to: T0 + 100_000, now: T0 + 100_000, live: true, left: 100, width: 1300 });

const fault = (change: Parameters<typeof faultInterval>[1] = {}) => faultInterval(T0 + 10_000, change);
const cell = (change: Parameters<typeof trafficCell>[0]) =>
  trafficCell({ second: T0 / 1000 + 50, service: 'gateway', operation: '', ...change });

describe('axis', () => {
  it('leaves room for what is scheduled only while it is live', () => {
    expect(axis.to).toBe(T0 + 160_000);
    const still = makeAxis({
      from: T0,
      to: T0 + 100_000,
      now: T0 + 200_000,
      live: false,
      left: 0,
      width: 10,
    });
    expect(still.to).toBe(T0 + 100_000);
    expect(still.now).toBe(T0 + 100_000);
  });

  it('turns an instant into a pixel and back', () => {
    expect(axis.x(T0)).toBe(100);
    expect(axis.x(axis.to)).toBe(1400);
    expect(axis.at(axis.x(T0 + 31_337))).toBeCloseTo(T0 + 31_337, 3);
  });

  it('puts ticks on round seconds with room between their labels', () => {
    const found = ticks(axis);
    expect(found.length).toBeGreaterThan(3);
    const step = (found[1] ?? 0) - (found[0] ?? 0);
    for (const at of found) expect(at % step).toBe(0);
    expect(axis.x(T0 + step) - axis.x(T0)).toBeGreaterThanOrEqual(92);
  });

  it('never makes a bar narrower than a bucket of the data', () => {
    expect(bucketSeconds(axis, 1, 5)).toBe(5);
    expect(bucketSeconds(axis, 12, 5) % 5).toBe(0);
  });

  it('cuts intervals to what is shown', () => {
    expect(clip(axis, T0 - 5, T0 + 5)).toEqual([T0, T0 + 5]);
    expect(clip(axis, T0 - 9, T0 - 5)).toBeNull();
  });
});

describe('faultBars', () => {
  it('begins at the first effect and ends where the effect really ended', () => {
    const { bars } = faultBars([fault({ endedAt: T0 + 30_200, expiresAt: T0 + 70_000 })], axis);
    expect(bars[0]).toMatchObject({ from: T0 + 10_400, to: T0 + 30_200, leaseEnd: null });
    expect(bars[0]?.words).toBe('payments latency 3.5 s on 80 %');
  });

  it('runs to now while it is armed, with the end of its lease ahead', () => {
    const armed = fault({ armedAt: T0 + 90_000, firstEffectAt: null, expiresAt: T0 + 120_000 });
    expect(faultBars([armed], axis).bars[0]).toMatchObject({
      from: T0 + 90_000,
      to: T0 + 100_000,
      leaseEnd: T0 + 120_000,
    });
  });

  it('puts overlapping faults into rows and counts those without one', () => {
    const three = ['a', 'b', 'c'].map((faultId) => fault({ faultId }));
    const { bars, rows, hidden } = faultBars(three, axis);
    expect(bars.map((b) => b.row)).toEqual([0, 1]);
    expect(rows).toBe(2);
    expect(hidden).toBe(1);
  });
});

describe('breakerRows', () => {
  const transitions = [
    breakerMove(T0 + 18_000, 'closed', 'open'),
    breakerMove(T0 + 48_000, 'open', 'half_open'),
    breakerMove(T0 + 48_600, 'half_open', 'closed'),
  ];

  it('shows every state from transition to transition up to now', () => {
    const { rows } = breakerRows({ ...emptyTimeline(), transitions }, axis);
    expect(rows[0]?.segments.map((s) => s.state)).toEqual(['closed', 'open', 'half_open', 'closed']);
    expect(rows[0]?.segments.at(-1)?.to).toBe(T0 + 100_000);
  });

  it('tells trouble done on purpose from natural trouble', () => {
    const natural = breakerRows({ ...emptyTimeline(), transitions }, axis).rows[0]?.segments[1];
    const chaos = breakerRows({ ...emptyTimeline(), transitions, faults: [fault()] }, axis).rows[0]
      ?.segments[1];
    expect(natural?.chaos).toBe(false);
    expect(chaos?.chaos).toBe(true);
  });

  it('is open as long as one of its instances is', () => {
    const second = { instance: 'orders-2' };
    const both = [
      breakerMove(T0 + 10_000, 'closed', 'open'),
      breakerMove(T0 + 12_000, 'closed', 'open', second),
      breakerMove(T0 + 30_000, 'open', 'closed'),
      breakerMove(T0 + 50_000, 'open', 'closed', second),
    ];
    const { rows } = breakerRows({ ...emptyTimeline(), transitions: both }, axis);
    expect(rows[0]?.segments.map((s) => [s.state, s.from - T0, s.to - T0])).toEqual([
      ['closed', 0, 10_000],
      ['open', 10_000, 50_000],
      ['closed', 50_000, 100_000],
    ]);
  });

  it('leaves out breakers that did not move and counts them', () => {
    const sample = breakerSample(T0 + 99_000, { service: 'gateway', name: 'orders', peer: 'orders' });
    const { rows, total } = breakerRows({ ...emptyTimeline(), transitions, breakers: [sample] }, axis);
    expect(rows).toHaveLength(1);
    expect(total).toBe(2);
  });

  it('does not call a breaker closed at a time nobody reported', () => {
    const breakers = [10_000, 11_000, 60_000, 99_000].map((ms) => breakerSample(T0 + ms));
    expect(breakerRows({ ...emptyTimeline(), breakers }, axis).reported).toEqual([
      [T0 + 10_000, T0 + 11_000],
      [T0 + 60_000, T0 + 60_000],
      [T0 + 99_000, T0 + 100_000],
    ]);
  });
});

describe('queueLines', () => {
  it('has the deepest queue first and nothing from outside the axis', () => {
    const lines = queueLines(
      [
        queueSample(T0 - 1, { queue: 'a', ready: 999 }),
        queueSample(T0 + 1_000, { queue: 'a', ready: 3 }),
        queueSample(T0 + 1_000, { queue: 'b', ready: 140 }),
      ],
      axis,
    );
    expect(lines.map((l) => [l.queue, l.peak])).toEqual([
      ['b', 140],
      ['a', 3],
    ]);
  });
});

describe('sagaBars', () => {
  it('counts per second, undone apart, and marks the unfinished bucket', () => {
    const sagas = [
      sagaEvent(T0 + 1_000, 'completed', { outcome: 'confirmed' }),
      sagaEvent(T0 + 1_500, 'completed', { outcome: 'confirmed' }),
      sagaEvent(T0 + 99_900, 'completed', { outcome: 'compensated' }),
    ];
    const { bars, max } = sagaBars({ ...emptyTimeline(), sagas }, axis, 3);
    expect(bars[0]).toMatchObject({ confirmed: 2 / 3, undone: 0, unfinished: false });
    expect(bars.at(-1)).toMatchObject({ undone: 1 / 3, unfinished: true });
    expect(max).toBeCloseTo(2 / 3);
  });
});

describe('errorLane', () => {
  const traffic = [
    cell({
      errors: 2,
      durations: [
        [sketchIndex(40), 7],
        [sketchIndex(3_500), 3],
      ],
    }),
    cell({ kind: 'client', service: 'gateway', peer: 'orders' }),
    cell({ service: 'orders', errors: 9, durations: [[sketchIndex(3_500), 10]] }),
  ];

  it('judges by what customers got at the entrance, not by what happened behind it', () => {
    const { bars, front } = errorLane({ ...emptyTimeline(), traffic }, axis, 2);
    expect(front).toEqual(['gateway']);
    expect(bars).toHaveLength(1);
    expect(bars[0]?.share).toBeCloseTo(0.5);
  });

  it('draws p95 of the entrance first, then of the slowest other', () => {
    const { lines } = errorLane({ ...emptyTimeline(), traffic }, axis, 2);
    expect(lines.map((l) => l.service)).toEqual(['gateway', 'orders']);
  });
});

describe('deployMarks', () => {
  it('shows starts and ends, not the health that follows each start', () => {
    const event = { service: 'shipping', instance: 'shipping-1', pid: 1, detail: '' };
    const marks = deployMarks(
      [
        { ...event, at: T0 + 1, state: 'killed' },
        { ...event, at: T0 + 2, state: 'started' },
        { ...event, at: T0 + 3, state: 'healthy' },
      ],
      axis,
    );
    expect(marks.map((m) => [m.look, m.words])).toEqual([
      ['end', 'shipping killed'],
      ['start', 'shipping started'],
    ]);
  });
});

describe('valuesAt', () => {
  it('says the state of every lane at the instant', () => {
    const timeline = {
      ...emptyTimeline(),
      faults: [fault()],
      transitions: [breakerMove(T0 + 18_000, 'closed', 'open')],
    };
    const lines = valuesAt(timeline, T0 + 20_000, ['gateway']);
    const text = (lane: string) => lines.filter((l) => l.lane === lane).map((l) => l.value + l.words);
    expect(text('faults')).toEqual(['1 armed, 50 s left']);
    expect(text('breakers')).toEqual(['open, half-open in 28 s']);
    expect(text('errors')).toEqual(['no calls']);
  });

  it('says that breakers are silent instead of that there are none', () => {
    const breakers = [breakerSample(T0), breakerSample(T0, { name: 'shipping', peer: 'shipping' })];
    const text = (at: number) =>
      valuesAt({ ...emptyTimeline(), breakers }, at, [])
        .filter((l) => l.lane === 'breakers')
        .map((l) => l.value + l.words);
    expect(text(T0 + 1_000)).toEqual(['2 breakers, all closed']);
    expect(text(T0 + 90_000)).toEqual(['unknown, all 2 silent']);
    expect(breakerRows({ ...emptyTimeline(), breakers }, axis).total).toBe(2);
  });
});
