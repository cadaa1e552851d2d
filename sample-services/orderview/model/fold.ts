import { assertNever } from '@stormglass/agents/contract';
import type { ShopEvent } from '../../events/shop-event.ts';
import type { NotificationPart, OrderDetails, PaymentPart, ShipmentPart } from './details.ts';
import { gapsOf } from './gaps.ts';

const NO_PAYMENT: PaymentPart = { status: 'voided', captured: 0, refunded: 0, reason: '' };
const NO_SHIPMENT: ShipmentPart = { status: 'voided', tracking: null, reason: '' };

/**
 * The details of one order out of its events of all streams, in whatever order and however often they are given: they
 * are folded by stream and version, and no part of the result depends on how streams lie to each other.
 */
export function foldOrder(orderId: string, given: readonly ShopEvent[]): OrderDetails {
  const events = inOrder(given);
  const [first] = events;
  const empty: OrderDetails = {
    ...{ orderId, sagaId: first?.sagaId ?? '', mode: first?.mode ?? 'orchestrated', status: 'UNKNOWN' },
    ...{ userId: null, sku: null, quantity: null, amount: null, cause: null, reason: '', returned: false },
    ...{ createdAt: null, settledAt: null, payment: null, shipment: null, notifications: [] },
    ...{ version: 0, events: events.length, gaps: gapsOf(orderId, events) },
  };
  return events.reduce(apply, empty);
}

function inOrder(given: readonly ShopEvent[]): ShopEvent[] {
  const single = new Map(given.map((event) => [`${event.stream}/${event.version}`, event]));
  return [...single.values()].sort((a, b) =>
    a.stream === b.stream ? a.version - b.version : a.stream < b.stream ? -1 : 1,
  );
}

function apply(view: OrderDetails, event: ShopEvent): OrderDetails {
  switch (event.type) {
    case 'ORDER_CREATED':
    case 'ORDER_CONFIRMED':
    case 'ORDER_CANCELLED':
    case 'ORDER_TIMED_OUT':
    case 'ORDER_RETURNED':
      return { ...applyOrder(view, event), version: event.version };
    case 'PAYMENT_COMPLETED':
    case 'PAYMENT_FAILED':
    case 'PAYMENT_REFUNDED':
      return { ...view, payment: applyPayment(view.payment ?? NO_PAYMENT, event) };
    case 'SHIPMENT_CREATED':
    case 'SHIPMENT_FAILED':
    case 'SHIPMENT_CANCELLED':
      return { ...view, shipment: applyShipment(view.shipment ?? NO_SHIPMENT, event) };
    case 'NOTIFICATION_SENT':
    case 'NOTIFICATION_FAILED':
      return { ...view, notifications: applyNotification(view.notifications, event) };
    case 'INVENTORY_RESERVED':
    case 'INVENTORY_RESERVATION_FAILED':
    case 'INVENTORY_RELEASED':
      return view;
    default:
      return assertNever(event);
  }
}

type Of<Prefix extends string> = Extract<ShopEvent, { type: `${Prefix}_${string}` }>;

function applyOrder(view: OrderDetails, event: Of<'ORDER'>): OrderDetails {
  switch (event.type) {
    case 'ORDER_CREATED': {
      const { userId, sku, quantity, amount } = event.data;
      const createdAt = event.at;
      return { ...view, status: 'PENDING', userId, sku, quantity, amount, createdAt };
    }
    case 'ORDER_CONFIRMED':
      return { ...view, ...event.data, status: 'CONFIRMED', settledAt: event.at };
    case 'ORDER_CANCELLED': {
      const status = event.data.cause === 'rejected' ? 'REJECTED' : 'CANCELLED';
      return { ...view, ...event.data, status, settledAt: event.at };
    }
    case 'ORDER_TIMED_OUT':
      return view;
    case 'ORDER_RETURNED':
      return { ...view, userId: event.data.userId, returned: true };
    default:
      return assertNever(event);
  }
}

function applyPayment(part: PaymentPart, event: Of<'PAYMENT'>): PaymentPart {
  switch (event.type) {
    case 'PAYMENT_COMPLETED':
      return { ...part, status: 'captured', captured: event.data.captured };
    case 'PAYMENT_FAILED':
      return { ...part, status: 'failed', reason: event.data.reason };
    case 'PAYMENT_REFUNDED': {
      const { outcome, refunded } = event.data;
      // What was given back was taken, though nobody may have heard of the taking.
      return { ...part, status: outcome, captured: Math.max(part.captured, refunded), refunded };
    }
    default:
      return assertNever(event);
  }
}

function applyShipment(part: ShipmentPart, event: Of<'SHIPMENT'>): ShipmentPart {
  switch (event.type) {
    case 'SHIPMENT_CREATED':
      return { ...part, status: 'created', tracking: event.data.tracking };
    case 'SHIPMENT_FAILED':
      return { ...part, status: 'failed', reason: event.data.reason };
    case 'SHIPMENT_CANCELLED':
      return { ...part, status: event.data.outcome };
    default:
      return assertNever(event);
  }
}

/** The newest word on each channel; sorted, so that it is the same whoever came first. */
function applyNotification(
  parts: readonly NotificationPart[],
  { type, data }: Of<'NOTIFICATION'>,
): NotificationPart[] {
  const reason = 'reason' in data ? data.reason : '';
  const part: NotificationPart = {
    channel: data.channel,
    status: type === 'NOTIFICATION_SENT' ? 'sent' : 'failed',
    reason,
  };
  return [...parts.filter(({ channel }) => channel !== data.channel), part].sort((a, b) =>
    a.channel < b.channel ? -1 : 1,
  );
}
