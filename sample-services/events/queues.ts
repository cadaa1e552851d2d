import type { QueueDefinition } from '../kit/broker/port.ts';
import type { SagaMode, ShopEventType } from './shop-event.ts';

const queue = (name: string, attempts: number, backoffMs: number): QueueDefinition => ({
  name,
  attempts,
  backoffMs,
});

/** Every queue of the shop: one for each service that listens to events, one for each channel of a notification. */
export const QUEUES = {
  inventory: queue('inventory.events', 6, 500),
  payments: queue('payments.events', 6, 500),
  shipping: queue('shipping.events', 6, 500),
  orders: queue('orders.events', 10, 500),
  orderview: queue('orderview.events', 10, 500),
  /** Settled orders, to be spread over the channels. Three deliveries, 2 s and 4 s apart; then the dead letters. */
  notifications: queue('notifications', 3, 2_000),
  email: queue('notifications.email', 3, 2_000),
  sms: queue('notifications.sms', 3, 2_000),
  push: queue('notifications.push', 3, 2_000),
} as const satisfies Record<string, QueueDefinition>;
export type QueueName = keyof typeof QUEUES;

/** Who hears of what in either mode: who keeps a picture of the shop, and who tells its customers. */
const ALWAYS: Readonly<Record<ShopEventType, readonly QueueName[]>> = {
  ORDER_CREATED: ['orderview'],
  INVENTORY_RESERVED: [],
  INVENTORY_RESERVATION_FAILED: [],
  PAYMENT_COMPLETED: ['orderview'],
  PAYMENT_FAILED: ['orderview'],
  SHIPMENT_CREATED: ['orderview'],
  SHIPMENT_FAILED: ['orderview'],
  ORDER_CONFIRMED: ['orderview', 'notifications'],
  ORDER_CANCELLED: ['orderview', 'notifications'],
  ORDER_TIMED_OUT: ['orderview'],
  ORDER_RETURNED: ['orderview', 'notifications'],
  INVENTORY_RELEASED: [],
  PAYMENT_REFUNDED: ['orderview'],
  SHIPMENT_CANCELLED: ['orderview'],
  NOTIFICATION_SENT: ['orderview'],
  NOTIFICATION_FAILED: ['orderview'],
};

/**
 * Who acts on what in a choreographed saga. Inventory listens to payments and to shipping: goods are to be released
 * whichever of the two fails. orders keeps the saga's book; ORDER_CANCELLED makes everybody take back what they did.
 */
const CHOREOGRAPHY: Partial<Record<ShopEventType, readonly QueueName[]>> = {
  ORDER_CREATED: ['inventory'],
  INVENTORY_RESERVED: ['payments', 'orders'],
  INVENTORY_RESERVATION_FAILED: ['orders'],
  PAYMENT_COMPLETED: ['shipping', 'orders'],
  PAYMENT_FAILED: ['inventory', 'orders'],
  SHIPMENT_CREATED: ['orders'],
  SHIPMENT_FAILED: ['payments', 'inventory', 'orders'],
  ORDER_CANCELLED: ['inventory', 'payments', 'shipping'],
  INVENTORY_RELEASED: ['orders'],
  PAYMENT_REFUNDED: ['orders'],
  SHIPMENT_CANCELLED: ['orders'],
};

/** The queues which an event goes to. */
export function subscribersOf(type: ShopEventType, mode: SagaMode): QueueName[] {
  const acting = mode === 'choreographed' ? (CHOREOGRAPHY[type] ?? []) : [];
  return [...ALWAYS[type], ...acting];
}
