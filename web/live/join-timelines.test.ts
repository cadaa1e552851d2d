import { emptyTimeline, type ProcessEvent } from '@stormglass/agents/contract';
import { expect, it } from 'vitest';
import { joinTimelines } from './join-timelines.ts';

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
  expect(joinTimelines(past, live, 5).processes.map((p) => `${p.at} ${p.detail}`)).toEqual([
    '1 past',
    '5 live',
    '9 live',
  ]);
});
