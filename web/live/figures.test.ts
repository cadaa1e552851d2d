import { emptyTimeline, sketchIndex } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import {
  breakerCount,
  breakersAt,
  edgeFigures,
  faultsAt,
  queuesAt,
  sagaOutcomes,
  serviceFigures,
} from './figures.ts';
import {
  breakerMove,
  breakerSample,
  faultInterval,
  queueSample,
  sagaEvent,
  trafficCell,
} from './testing/telemetry.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 999;

const cell = trafficCell;

describe('serviceFigures', () => {
  it('counts the window that ends at the instant and nothing else', () => {
    const traffic = [cell({ second: S - 10 }), cell({ second: S - 9 }), cell({}), cell({ second: S + 1 })];
    const orders = serviceFigures({ ...emptyTimeline(), traffic }, AT, 10).get('orders');
    expect(orders?.calls).toBe(20);
    expect(orders?.rate).toBeCloseTo(2, 1);
  });

  it('never counts an answer both as failed and as slow', () => {
    const traffic = [cell({ errors: 4, durations: [[sketchIndex(3_500), 10]] })];
    const orders = serviceFigures({ ...emptyTimeline(), traffic }, AT, 10).get('orders');
    expect(orders).toMatchObject({ errors: 4, slow: 6 });
    expect((orders?.errorShare ?? 0) + (orders?.slowShare ?? 0)).toBeLessThanOrEqual(1);
  });

  it('knows a service that only calls others, with no calls of its own', () => {
    const traffic = [cell({ kind: 'client', service: 'loadgen', peer: 'gateway', operation: '' })];
    expect(serviceFigures({ ...emptyTimeline(), traffic }, AT, 10).get('loadgen')?.calls).toBe(0);
  });
});

describe('edgeFigures', () => {
  it('draws a message from producer to queue and from queue to consumer', () => {
    const traffic = [
      cell({ kind: 'producer', service: 'orders', peer: 'mail', operation: '' }),
      cell({ kind: 'consumer', service: 'mailer', peer: 'mail', operation: '' }),
    ];
    const edges = edgeFigures({ ...emptyTimeline(), traffic }, AT, 10);
    expect([...edges.keys()]).toEqual(['orders>mail', 'mail>mailer']);
  });
});

describe('breakersAt', () => {
  const timeline = {
    ...emptyTimeline(),
    breakers: [breakerSample(1_000), breakerSample(1_200, { instance: 'orders-2' })],
    transitions: [breakerMove(2_000, 'closed', 'open')],
  };

  it('shows the state as it was at the instant, before and after the transition', () => {
    expect(breakersAt(timeline, 1_500).get('orders/payments')?.state).toBe('closed');
    expect(breakersAt(timeline, 2_500).get('orders/payments')).toMatchObject({
      state: 'open',
      since: 2_000,
      nextTryAt: 32_000,
    });
  });

  it('is as troubled as the most troubled instance', () => {
    const later = {
      ...timeline,
      breakers: [...timeline.breakers, breakerSample(2_400, { instance: 'orders-2' })],
    };
    expect(breakersAt(later, 2_500).get('orders/payments')?.state).toBe('open');
  });

  it('forgets an instance that has gone while others report, and its open breaker with it', () => {
    const later = { ...timeline, breakers: [breakerSample(200_000, { service: 'gateway' })] };
    expect(breakersAt(later, 200_500).has('orders/payments')).toBe(false);
    const replaced = { ...timeline, breakers: [breakerSample(200_000, { instance: 'orders-2' })] };
    expect(breakersAt(replaced, 200_500).get('orders/payments')?.state).toBe('closed');
  });

  it('lets the last word stand when nobody reports at all', () => {
    expect(breakersAt(timeline, 200_500).get('orders/payments')?.state).toBe('open');
  });

  it('believes a newer sample over an older transition', () => {
    const later = { ...timeline, breakers: [breakerSample(3_000)] };
    expect(breakersAt(later, 3_500).get('orders/payments')?.state).toBe('closed');
  });
});

describe('queuesAt', () => {
  const timeline = {
    ...emptyTimeline(),
    queues: [
      queueSample(1_000, { ready: 100, enqueued: 0, dequeued: 0 }),
      queueSample(2_000, { ready: 60, enqueued: 10, dequeued: 50 }),
    ],
  };

  it('says rates and when it is empty', () => {
    expect(queuesAt(timeline, 2_100, 1).get('notifications')).toMatchObject({
      inRate: 10,
      outRate: 50,
      drainSeconds: 1.5,
    });
  });

  it('measures its level against the deepest it was, delayed messages included', () => {
    const later = {
      ...timeline,
      queues: [queueSample(1_000, { ready: 5, delayed: 90 }), queueSample(2_000)],
    };
    expect(queuesAt(later, 2_100, 1).get('notifications')?.recentMax).toBe(95);
  });

  it('does not promise an end to a queue that does not drain', () => {
    const grows = { ...timeline, queues: [queueSample(2_000, { ready: 9, enqueued: 5, dequeued: 1 })] };
    expect(queuesAt(grows, 2_100, 1).get('notifications')?.drainSeconds).toBeNull();
  });
});

describe('faultsAt', () => {
  it('ends where the effect was read back as gone, not where the lease would', () => {
    const fault = faultInterval(1_000, { endedAt: 5_000, endReason: 'released' });
    const timeline = { ...emptyTimeline(), faults: [fault] };
    expect(faultsAt(timeline, 900)).toHaveLength(0);
    expect(faultsAt(timeline, 4_999)).toHaveLength(1);
    expect(faultsAt(timeline, 5_000)).toHaveLength(0);
  });
});

describe('sagaOutcomes', () => {
  it('counts ended sagas by outcome and bucket', () => {
    const sagas = [
      sagaEvent(10_100, 'completed', { outcome: 'confirmed' }),
      sagaEvent(11_900, 'completed', { outcome: 'compensated' }),
      sagaEvent(12_000, 'completed', { outcome: 'rejected' }),
      sagaEvent(12_000, 'started'),
    ];
    const sums = sagaOutcomes({ ...emptyTimeline(), sagas }, 0, 60_000, 2);
    expect(sums.get(10)).toEqual({ confirmed: 1, compensated: 1, other: 0 });
    expect(sums.get(12)).toEqual({ confirmed: 0, compensated: 0, other: 1 });
  });
});

describe('breakerCount', () => {
  it('counts a breaker of two instances once, and tells both', () => {
    const breakers = ['shipping-1', 'shipping-2'].map((instance) =>
      breakerSample(AT - 500, { service: 'shipping', instance }),
    );
    const known = { breakers: [breakerSample(AT - 90_000), ...breakers], transitions: [] };
    expect(breakerCount(known, AT)).toEqual({ breakers: 2, instances: 3 });
    // Nobody reports in the last minute: they are still known, as the page of breakers shows them.
    expect(breakerCount(known, AT - 60_000)).toEqual({ breakers: 1, instances: 1 });
  });
});
