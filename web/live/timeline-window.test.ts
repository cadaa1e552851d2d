import { describe, expect, it } from 'vitest';
import { queueSample, trafficCell } from './testing/telemetry.ts';
import { LIVE_WINDOW_MS, TimelineWindow } from './timeline-window.ts';

const SECOND = 1_800_000_000;

const cell = (change: Parameters<typeof trafficCell>[0] = {}) =>
  trafficCell({ second: SECOND, calls: 1, durations: [[80, 1]], ...change });
const sample = (at: number) => queueSample(at, { ready: 1 });

describe('TimelineWindow', () => {
  it('adds increments of the same cell together and keeps other cells apart', () => {
    const window = new TimelineWindow();
    window.add({ traffic: [cell(), cell({ service: 'payments' })] });
    window.add({
      traffic: [
        cell({
          calls: 2,
          errors: 1,
          durations: [
            [80, 1],
            [90, 1],
          ],
        }),
      ],
    });
    const orders = window.view().traffic.find((c) => c.service === 'orders');
    expect(orders).toMatchObject({
      calls: 3,
      errors: 1,
      durations: [
        [80, 2],
        [90, 1],
      ],
    });
    expect(window.view().traffic).toHaveLength(2);
  });

  it('hands out cells in order of time, even when a late one comes', () => {
    const window = new TimelineWindow();
    window.add({ traffic: [cell({ second: SECOND + 2 }), cell({ second: SECOND })] });
    window.add({ traffic: [cell({ second: SECOND + 1 })] });
    expect(window.view().traffic.map((c) => c.second - SECOND)).toEqual([0, 1, 2]);
  });

  it('keeps the identity of lists that did not change', () => {
    const window = new TimelineWindow();
    window.add({ traffic: [cell()], queues: [sample(SECOND * 1000)] });
    const before = window.view();
    window.add({ traffic: [cell()] });
    const after = window.view();
    expect(after).not.toBe(before);
    expect(after.queues).toBe(before.queues);
    expect(after.traffic).not.toBe(before.traffic);
  });

  it('never changes a view it has handed out', () => {
    const window = new TimelineWindow();
    window.add({ traffic: [cell()] });
    const before = window.view();
    window.add({ traffic: [cell({ calls: 9 })] });
    expect(before.traffic[0]?.calls).toBe(1);
  });

  it('replaces faults by their id', () => {
    const window = new TimelineWindow();
    const fault = {
      faultId: 'f-1',
      runId: null,
      owner: 'person',
      spec: {
        action: { type: 'hang' as const },
        target: { kind: 'service' as const, service: 'orders' },
        position: 'before' as const,
        selector: { percentage: 100 },
        seed: 1,
        durationMs: 1000,
      },
      armedAt: 1,
      expiresAt: 2,
      firstEffectAt: null,
      endedAt: null,
      endReason: null,
      readBack: null,
      reverted: null,
      injections: 0,
    };
    window.add({ faults: [fault] });
    window.add({ faults: [{ ...fault, injections: 7 }] });
    expect(window.view().faults).toMatchObject([{ faultId: 'f-1', injections: 7 }]);
  });

  it('forgets what is older than the window', () => {
    const window = new TimelineWindow();
    const now = SECOND * 1000 + LIVE_WINDOW_MS + 5_000;
    window.add({
      traffic: [cell(), cell({ second: SECOND + 100 })],
      queues: [sample(SECOND * 1000), sample(now)],
    });
    window.prune(now);
    expect(window.view().traffic.map((c) => c.second)).toEqual([SECOND + 100]);
    expect(window.view().queues.map((q) => q.at)).toEqual([now]);
  });
});
