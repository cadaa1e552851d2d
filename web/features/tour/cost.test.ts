import { emptyTimeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { breakerMove, faultInterval, sagaEvent, trafficCell } from '../../live/testing/telemetry.ts';
import { costOf } from './cost.ts';

const AT = 1_800_000_000_000;
const second = (ms: number) => Math.floor((AT + ms) / 1000);
const gateway = (ms: number, errors: number) =>
  trafficCell({ service: 'gateway', second: second(ms), calls: 10, errors });
const call = trafficCell({ kind: 'client', service: 'gateway', peer: 'orders', operation: '' });

const timeline = {
  ...emptyTimeline(),
  traffic: [
    { ...call, second: second(-5_000) },
    gateway(-5_000, 5),
    gateway(1_000, 4),
    trafficCell({ second: second(1_000), errors: 9 }),
    gateway(40_000, 1),
    gateway(60_000, 3),
  ],
  transitions: [breakerMove(AT + 3_000, 'closed', 'open'), breakerMove(AT + 34_000, 'half_open', 'closed')],
  sagas: [
    sagaEvent(AT - 1_000, 'completed', { outcome: 'rejected' }),
    sagaEvent(AT + 5_000, 'completed', { outcome: 'confirmed' }),
    sagaEvent(AT + 6_000, 'completed', { outcome: 'compensated' }),
    sagaEvent(AT + 7_000, 'step_completed'),
  ],
};
const fault = faultInterval(AT, { endedAt: AT + 30_000, injections: 7 });

describe('what a fault cost', () => {
  it('is counted from its arming until a while after its end, at the door of the system', () => {
    expect(costOf(timeline, fault, AT + 90_000)).toEqual({
      ...{ hit: 7, answers: 20, failed: 5, sagas: 2, undone: 1 },
      ...{ opened: ['orders/payments'], stillOpen: [], overAt: AT + 34_000 },
    });
  });

  it('is not over while a breaker that it opened is not closed', () => {
    const cost = costOf(timeline, fault, AT + 32_000);
    expect(cost).toMatchObject({ stillOpen: ['orders/payments'], overAt: null });
  });

  it('is not over while the fault is armed', () => {
    const armed = faultInterval(AT);
    expect(costOf({ ...timeline, transitions: [] }, armed, AT + 10_000)).toMatchObject({
      opened: [],
      overAt: null,
    });
  });
});
