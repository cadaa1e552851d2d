import type { Past } from '@stormglass/agents/contract';
import { describe, expect, test } from 'vitest';
import { cardsAt, stopAt, stopsOf } from './past-model.ts';

const pasts: Past[] = [
  {
    ...{ what: 'order', id: 'o-1' },
    versions: [
      {
        version: 1,
        at: 100,
        event: 'ORDER_CREATED',
        state: { status: 'PENDING', amount: 8_490, reason: '' },
      },
      {
        ...{ version: 2, at: 300, event: 'ORDER_CANCELLED' },
        state: { status: 'REJECTED', amount: 8_490, reason: 'no such address' },
      },
    ],
  },
  {
    ...{ what: 'payment', id: 's-1:charge' },
    versions: [
      { version: 1, at: 200, event: 'PAYMENT_COMPLETED', state: { status: 'captured', captured: 8_490 } },
      { version: 2, at: 250, event: 'PAYMENT_REFUNDED', state: { status: 'refunded', captured: 8_490 } },
    ],
  },
];
const stops = stopsOf(pasts);

describe('the past of an order and its payment', () => {
  test('stops at each event of both, in order of time', () => {
    expect(stops.map(({ event }) => event)).toEqual([
      'ORDER_CREATED',
      'PAYMENT_COMPLETED',
      'PAYMENT_REFUNDED',
      'ORDER_CANCELLED',
    ]);
  });

  test('is at an instant what had happened by then', () => {
    expect([50, 100, 249, 250, 9_999].map((at) => stopAt(stops, at))).toEqual([0, 0, 1, 2, 3]);
    expect(stopAt([], 100)).toBe(0);
  });

  test('shows each as its events up to there made it, and what the last one changed', () => {
    const [order, payment] = cardsAt(pasts, stops, 2);
    expect(order).toMatchObject({ version: 1, versions: 2, event: 'ORDER_CREATED' });
    expect(order?.fields).toEqual([
      { name: 'status', value: 'PENDING', changed: false },
      { name: 'amount', value: '84.90', changed: false },
    ]);
    expect(payment?.fields).toEqual([
      { name: 'status', value: 'refunded', changed: true },
      { name: 'captured', value: '84.90', changed: false },
    ]);
  });

  test('has nothing of what had not begun', () => {
    expect(cardsAt(pasts, stops, 0)[1]).toEqual({
      ...{ what: 'payment', id: 's-1:charge', version: 0, versions: 2, event: '', fields: [] },
    });
  });
});
