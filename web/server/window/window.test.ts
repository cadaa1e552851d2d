import { emptyTimeline, type QueueSample, type TrafficCell } from '@stormglass/agents/contract';
import { describe, expect, test } from 'vitest';
import { chooseStep, MAX_STEPS, thin } from './thin.ts';
import { TimelineWindow, WINDOW_MS } from './window.ts';

const NOW = 1_800_000_000_000;
const cell = (second: number, calls = 1, operation = 'GET /'): TrafficCell => ({
  second,
  kind: 'server',
  service: 'gateway',
  peer: '',
  operation,
  calls,
  errors: 0,
  receipts: 0,
  durations: [[10, calls]],
});
const queue = (at: number, ready = 0): QueueSample => ({
  at,
  system: 'bullmq',
  queue: 'notifications',
  ready,
  delayed: 0,
  inFlight: 0,
  dead: 0,
  oldestAgeMs: null,
  enqueued: 1,
  dequeued: 1,
  redelivered: 0,
  consumers: 1,
  paused: null,
});
const { faults: _, processes: __, ...lists } = emptyTimeline();

function open() {
  const clock = { now: NOW };
  const drops = new Map<string, number>();
  const window = new TimelineWindow(
    () => clock.now,
    (what, count) => drops.set(what, (drops.get(what) ?? 0) + count),
  );
  return {
    window,
    clock,
    drops,
    say: (line: object) => window.merge({ dataAt: clock.now, ...lists, ...line }),
  };
}

describe('the live window', () => {
  test('adds increments of one cell and keeps its latencies', () => {
    const { window, say } = open();
    say({ traffic: [cell(NOW / 1000, 2)] });
    say({ traffic: [cell(NOW / 1000, 3)] });
    expect(window.slice(NOW - 1000, NOW).traffic).toEqual([cell(NOW / 1000, 5)]);
  });

  test('forgets what is older than 15 minutes', () => {
    const { window, clock, say } = open();
    say({ traffic: [cell(NOW / 1000)], queues: [queue(NOW)] });
    clock.now += WINDOW_MS + 1_000;
    say({});
    expect(window.cells).toBe(0);
    expect(window.newestQueues()).toEqual([]);
  });

  test('takes history twice without counting twice, and keeps the fuller view of a second', () => {
    const { window, say } = open();
    const second = NOW / 1000 - 5;
    say({ traffic: [cell(second, 2)], queues: [queue(NOW - 5000)] });
    const stored = {
      ...emptyTimeline(),
      traffic: [cell(second, 9), cell(second - 1, 4)],
      queues: [queue(NOW - 5000), queue(NOW - 6000)],
    };
    window.mergeStored(stored);
    window.mergeStored(stored);
    const { traffic, queues } = window.slice(NOW - 60_000, NOW);
    expect(traffic.map((c) => c.calls)).toEqual([4, 9]);
    expect(queues.map((q) => q.at)).toEqual([NOW - 6000, NOW - 5000]);
  });

  test('stays bounded and counts what it drops', () => {
    const { window, drops, say } = open();
    say({ queues: Array.from({ length: 10_500 }, (_, i) => queue(NOW - 10_500 + i)) });
    expect(window.slice(0, NOW).queues.length).toBeLessThanOrEqual(10_000);
    expect(drops.get('queues')).toBeGreaterThan(0);
  });

  test('begins a snapshot where it still fits', () => {
    const { window, say } = open();
    for (let i = 0; i < 20; i++) say({ traffic: [cell(NOW / 1000 - i), cell(NOW / 1000 - i, 1, 'GET /b')] });
    expect(window.snapshotFrom(10)).toBe(NOW - 4_000);
    expect(window.snapshotFrom(1000)).toBe(NOW - WINDOW_MS);
  });
});

describe('steps', () => {
  test.each([60_000, 900_000, 3_600_000, 86_400_000, 31 * 86_400_000])('of %d ms are at most 900', (span) => {
    const step = chooseStep(0, span, undefined);
    expect(span / 1000 / step).toBeLessThanOrEqual(MAX_STEPS);
  });

  test('join cells and samples without losing a call', () => {
    const { window, say } = open();
    const start = NOW / 1000 - 10;
    say({ traffic: Array.from({ length: 10 }, (_, i) => cell(start + i, 2)) });
    say({ queues: Array.from({ length: 10 }, (_, i) => queue((start + i) * 1000, i)) });
    const joined = thin(window.slice(NOW - 10_000, NOW, 5), 5);
    expect(joined.traffic.map((c) => c.calls)).toEqual([10, 10]);
    expect(joined.queues.map((q) => [q.enqueued, q.ready])).toEqual([
      [5, 4],
      [5, 9],
    ]);
  });
});
