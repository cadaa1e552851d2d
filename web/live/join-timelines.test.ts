import { emptyTimeline, type ProcessEvent } from '@stormglass/agents/contract';
import { expect, it } from 'vitest';
import { joinTimelines } from './join-timelines.ts';
import { trafficCell } from './testing/telemetry.ts';

const event = (at: number, detail: string): ProcessEvent => ({
  at,
  service: 'orders',
  instance: 'orders-1',
  pid: 1,
  state: 'started',
  detail,
});

it('takes what lies before the live window from the past, and nothing twice', () => {
  const past = { ...emptyTimeline(), processes: [event(1, 'past'), event(5, 'past')] };
  const live = { ...emptyTimeline(), processes: [event(5, 'live'), event(9, 'live')] };
  expect(joinTimelines(past, live, 5, 0.001).processes.map((p) => `${p.at} ${p.detail}`)).toEqual([
    '1 past',
    '5 live',
    '9 live',
  ]);
});

it('counts no call twice where a bucket of the past reaches into the live window', () => {
  const past = { ...emptyTimeline(), traffic: [trafficCell({ second: 10, calls: 50 })] };
  const live = {
    ...emptyTimeline(),
    traffic: [13, 14, 15].map((second) => trafficCell({ second, calls: 10 })),
  };
  const joined = joinTimelines(past, live, 13_000, 5);
  expect(joined.traffic.map((c) => [c.second, c.calls])).toEqual([
    [10, 50],
    [15, 10],
  ]);
});
