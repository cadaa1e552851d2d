import { describe, expect, it } from 'vitest';
import { breakerMove as move, breakerSample as sample, trafficCell } from '../../live/testing/telemetry.ts';
import { callSeries } from './call-series.ts';
import { durations, trippingCalls } from './durations.ts';
import { barsOf, breakerCells, whyItOpened, wouldOpenAt } from './model.ts';

describe('a breaker cell', () => {
  it('says why it opened with counts against the limit', () => {
    expect(whyItOpened(move(0, 'closed', 'open'))).toEqual({
      cause: '28 of 55 calls timed out in 10 s: 50.9 %.',
      rule: 'It opens above 50 % when there are at least 10 calls.',
    });
  });

  it('says failed, not timed out, when calls failed, and names a failed probe', () => {
    const failing = { windowTimeouts: 0, windowFailures: 6, windowCalls: 11 };
    expect(whyItOpened(move(0, 'closed', 'open', failing)).cause).toBe(
      '6 of 11 calls failed in 10 s: 54.5 %.',
    );
    const mixed = whyItOpened(
      move(0, 'closed', 'open', { windowCalls: 65, windowFailures: 34, windowTimeouts: 33 }),
    );
    expect(mixed.cause).toBe('34 of 65 calls failed in 10 s: 52.3 %, 33 of them by timeout.');
    expect(whyItOpened(move(0, 'half_open', 'open')).cause).toContain('probe failed');
  });

  it('counts down from the transition, and knows how many were turned away since', () => {
    const [cell] = breakerCells(
      {
        breakers: [
          sample(9000, { timeout: 3 }),
          sample(11_000, { state: 'open', rejected: 6 }),
          sample(12_000, { state: 'open', rejected: 5 }),
        ],
        transitions: [move(10_000, 'closed', 'open')],
      },
      0,
      22_000,
    );
    expect(cell).toMatchObject({
      phase: 'open',
      remainingMs: 18_000,
      waitMs: 30_000,
      turnedAway: 11,
      since: 10_000,
    });
  });

  it('believes a transition that is newer than the last sample', () => {
    const cells = breakerCells(
      { breakers: [sample(9000)], transitions: [move(9500, 'closed', 'open')] },
      0,
      9600,
    );
    expect(cells[0]?.state).toBe('open');
  });

  it('shows the state as it was when the page is rewound', () => {
    const timeline = {
      breakers: [sample(1000, { success: 1 }), sample(11_000, { state: 'open' })],
      transitions: [move(10_000, 'closed', 'open')],
    };
    expect(breakerCells(timeline, 0, 5000)[0]?.phase).toBe('closed');
  });

  it('is unknown when its samples stopped, and quiet when nobody calls', () => {
    expect(breakerCells({ breakers: [sample(1000)], transitions: [] }, 0, 60_000)[0]?.phase).toBe('unknown');
    expect(breakerCells({ breakers: [sample(1000)], transitions: [] }, 0, 2000)[0]?.phase).toBe('quiet');
  });

  it('comes before healthier ones', () => {
    const cells = breakerCells(
      {
        breakers: [
          sample(1000, { name: 'a', peer: 'a', success: 3 }),
          sample(1000, { name: 'b', peer: 'b', state: 'half_open' }),
          sample(1000, { name: 'c', peer: 'c', state: 'open' }),
        ],
        transitions: [],
      },
      0,
      1500,
    );
    expect(cells.map((c) => c.phase)).toEqual(['open', 'half_open', 'closed']);
  });

  it('keeps every state it went through in its history lane', () => {
    const moves = [
      move(2000, 'closed', 'open'),
      move(5000, 'open', 'half_open'),
      move(5500, 'half_open', 'closed'),
    ];
    const [cell] = breakerCells({ breakers: [sample(1000)], transitions: moves }, 0, 8000);
    expect(cell?.history.map((h) => [h.from, h.to, h.state])).toEqual([
      [1000, 2000, 'closed'],
      [2000, 5000, 'open'],
      [5000, 5500, 'half_open'],
      [5500, 8000, 'closed'],
    ]);
  });

  it('knows when it would have opened at another limit', () => {
    const breakers = [1, 2, 3, 4, 5, 6].map((s) => sample(s * 1000, { success: 6 - s, timeout: s }));
    const [cell] = breakerCells({ breakers, transitions: [] }, 0, 7000);
    if (!cell) throw new Error('no cell');
    expect(wouldOpenAt(cell, 0.2)).toBe(2);
    expect(wouldOpenAt(cell, 0.9)).toBeNull();
  });

  it('draws one bar a second, gaps included', () => {
    const [cell] = breakerCells({ breakers: [sample(5000, { success: 2 })], transitions: [] }, 0, 7000);
    if (!cell) throw new Error('no cell');
    expect(barsOf(cell, 7000, 4).map((b) => b.answered)).toEqual([0, 2, 0, 0]);
  });
});

describe('the calls through a breaker', () => {
  it("give their quantiles from the caller's spans of the range only", () => {
    const cell = (second: number, index: number) =>
      trafficCell({
        kind: 'client',
        peer: 'payments',
        operation: '',
        second,
        calls: 1,
        durations: [[index, 1]],
      });
    const traffic = [cell(1, 80), cell(9, 10)];
    const found = durations({ traffic }, 'orders', 'payments', 0, 5000);
    expect(found.calls).toBe(1);
    expect(found.p50).toBeCloseTo(53.4, 0);
  });

  it('name the one that opened it', () => {
    const calls = trippingCalls(
      { transitions: [move(10, 'closed', 'open')], receipts: [] },
      { service: 'orders', name: 'payments', peer: 'payments' },
      20,
      3,
    );
    expect(calls).toEqual([{ at: 10, traceId: 'e3b8', what: 'opened it' }]);
  });
});

describe('calls over the range', () => {
  const seconds = [10, 15, 20, 40].map((second) => ({ second, answered: 10, failed: 5, turnedAway: 0 }));

  it('are per second, whatever time one sample stands for', () => {
    expect(callSeries({ seconds }, 0, 60_000)).toEqual({
      xs: [10_000, 15_000, 20_000, 40_000],
      answered: [2, 2, 2, 2],
      failed: [1, 1, 1, 1],
      turnedAway: [0, 0, 0, 0],
    });
  });

  it('are those of the range, and none without a sample', () => {
    expect(callSeries({ seconds }, 14_000, 21_000).xs).toEqual([15_000, 20_000]);
    expect(callSeries({ seconds: [] }, 0, 60_000).xs).toEqual([]);
  });
});
