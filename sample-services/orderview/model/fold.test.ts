import { describe, expect, test } from 'vitest';
import type { ShopEvent, ShopEventData, ShopEventType } from '../../events/shop-event.ts';
import { seededRandom } from '../../kit/random.ts';
import { foldOrder } from './fold.ts';

const ORDER = 'o-1';
const placed = {
  ...{ userId: 'u-1', sku: 'sku-01', quantity: 2, amount: 4_200 },
  ...{ sealedCard: 'x', address: '1 Harbour Street' },
};

function event<Type extends ShopEventType>(
  stream: string,
  version: number,
  type: Type,
  data: ShopEventData<Type>,
): ShopEvent {
  const at = new Date(1_000_000 + version).toISOString();
  const head = { id: `${stream}/${version}`, orderId: ORDER, sagaId: 's-1', mode: 'orchestrated' as const };
  // `type` and `data` belong together by the signature.
  return { ...head, stream, version, at, type, data } as ShopEvent;
}

const DELIVERED = [
  event(`order:${ORDER}`, 1, 'ORDER_CREATED', placed),
  event('payment:c-1', 1, 'PAYMENT_COMPLETED', { captured: 4_200 }),
  event('shipment:p-1', 1, 'SHIPMENT_CREATED', { tracking: 'SG1' }),
  event(`order:${ORDER}`, 2, 'ORDER_CONFIRMED', { userId: 'u-1', amount: 4_200 }),
  event('notification:n-1:sms', 1, 'NOTIFICATION_FAILED', { channel: 'sms', reason: 'no signal' }),
  event('notification:n-1:sms', 2, 'NOTIFICATION_SENT', { channel: 'sms' }),
  event('notification:n-1:email', 1, 'NOTIFICATION_SENT', { channel: 'email' }),
];

const REFUSED = [
  event(`order:${ORDER}`, 1, 'ORDER_CREATED', placed),
  event('payment:c-1', 1, 'PAYMENT_COMPLETED', { captured: 4_200 }),
  event('shipment:p-1', 1, 'SHIPMENT_FAILED', { reason: 'nobody lives there', cause: 'rejected' }),
  event('payment:c-1', 2, 'PAYMENT_REFUNDED', { outcome: 'refunded', refunded: 4_200 }),
  event(`order:${ORDER}`, 2, 'ORDER_CANCELLED', {
    ...{ userId: 'u-1', amount: 4_200, cause: 'rejected', reason: 'nobody lives there' },
  }),
];

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

describe('an order out of its events', () => {
  test('shows payment, shipment and notifications of one that came through', () => {
    expect(foldOrder(ORDER, DELIVERED)).toMatchObject({
      ...{ status: 'CONFIRMED', userId: 'u-1', amount: 4_200, version: 2, events: 7, gaps: [] },
      payment: { status: 'captured', captured: 4_200, refunded: 0 },
      shipment: { status: 'created', tracking: 'SG1' },
      notifications: [
        { channel: 'email', status: 'sent' },
        { channel: 'sms', status: 'sent' },
      ],
    });
  });

  test('shows what was given back of one that was refused', () => {
    expect(foldOrder(ORDER, REFUSED)).toMatchObject({
      ...{ status: 'REJECTED', reason: 'nobody lives there', gaps: [] },
      payment: { status: 'refunded', captured: 4_200, refunded: 4_200 },
      shipment: { status: 'failed', reason: 'nobody lives there' },
    });
  });

  test.each([
    { name: 'that came through', events: DELIVERED },
    { name: 'that was refused', events: REFUSED },
  ])('$name is the same in every order of arrival, however often each event comes', ({ events }) => {
    const right = foldOrder(ORDER, events);
    for (let seed = 1; seed <= 500; seed++) {
      const twice = [...events, ...shuffled(events, seed + 1_000).slice(0, seed % events.length)];
      expect(foldOrder(ORDER, shuffled(twice, seed))).toEqual(right);
    }
  });

  test('keeps nothing of a wrong guess when an earlier event comes late', () => {
    const late = DELIVERED.filter(({ type }) => type !== 'ORDER_CREATED');
    expect(foldOrder(ORDER, late)).toMatchObject({
      ...{ status: 'CONFIRMED', sku: null, createdAt: null },
      gaps: [{ stream: `order:${ORDER}`, missing: [1] }],
    });
    expect(foldOrder(ORDER, [...late, ...DELIVERED])).toEqual(foldOrder(ORDER, DELIVERED));
  });

  test('names the versions it has not heard of, and an order nobody has heard being placed', () => {
    const sent = event('notification:n-1:sms', 3, 'NOTIFICATION_SENT', { channel: 'sms' });
    expect(foldOrder(ORDER, [sent])).toMatchObject({
      status: 'UNKNOWN',
      gaps: [
        { stream: 'notification:n-1:sms', missing: [1, 2] },
        { stream: `order:${ORDER}`, missing: [1] },
      ],
    });
  });

  test('stays confirmed when its goods come back', () => {
    const back = event(`order:${ORDER}`, 3, 'ORDER_RETURNED', { userId: 'u-1', refunded: 4_200 });
    expect(foldOrder(ORDER, [back, ...DELIVERED])).toMatchObject({ status: 'CONFIRMED', returned: true });
  });
});
