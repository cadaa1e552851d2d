import { QUEUES, type QueueName, subscribersOf } from '../../events/queues.ts';
import { SagaMode, type ShopEventType } from '../../events/shop-event.ts';
import type { LoggedEvent } from '../book/event-log.ts';

/** A message that somebody has committed to send, to one queue. */
export interface Expected {
  id: string;
  queue: string;
  /** Databases of the services that send and that hear it. */
  sender: string;
  consumer: string;
  orderId: string;
  sagaId: string;
  /** Database whose event store holds the event it tells; null for a message that is no event. */
  eventIn: string | null;
  /** Epoch ms at which it was committed; null when it is in an outbox, which is to say of late. */
  committedAt: number | null;
}

const OWNERS = {
  ...{ inventory: 'inventory', payments: 'payments', shipping: 'shipping', orders: 'orders' },
  ...{ orderview: 'orderview', notifications: 'notifications' },
  ...{ email: 'notifications', sms: 'notifications', push: 'notifications' },
} as const satisfies Record<QueueName, string>;

/** Queue name -> database of the service that consumes it. */
const CONSUMERS: ReadonlyMap<string, string> = new Map(
  (Object.keys(QUEUES) as QueueName[]).map((name) => [QUEUES[name].name, OWNERS[name]]),
);

/** Queues of those who act on what they hear; the others only look, or tell people. */
const ACTING: ReadonlySet<string> = new Set(
  (['inventory', 'payments', 'shipping', 'orders'] as const).map((name) => QUEUES[name].name),
);
export const acts = (queue: string): boolean => ACTING.has(queue);

/**
 * The messages which an event stands for, by the agreement on who hears of what: an event is told though its outbox row
 * be gone, or never was.
 */
export function expectedOf(event: LoggedEvent): Expected[] {
  const mode = SagaMode.safeParse(event.mode);
  if (event.migrated || !mode.success || !isTold(event.type)) return [];
  return subscribersOf(event.type, mode.data).map((name) => ({
    id: event.id,
    queue: QUEUES[name].name,
    sender: event.database,
    consumer: OWNERS[name],
    orderId: event.orderId,
    sagaId: event.sagaId,
    eventIn: event.database,
    committedAt: event.at,
  }));
}

function isTold(type: string): type is ShopEventType {
  // Unknown types are told to nobody: asking for their subscribers throws or gives none.
  return /^(ORDER|INVENTORY|PAYMENT|SHIPMENT|NOTIFICATION)_[A-Z_]+$/.test(type);
}

export const OUTBOX_COLUMNS = `id, queue, conversation_id as saga_id, coalesce(payload->>'orderId', '') as order_id`;
export interface OutboxRow {
  id: string;
  queue: string;
  saga_id: string;
  order_id: string;
}

/** The message of a row in an outbox; none when it is to somebody whom we do not know. */
export function messageIn(sender: string, { id, queue, saga_id, order_id }: OutboxRow): Expected[] {
  const consumer = CONSUMERS.get(queue);
  if (consumer === undefined) return [];
  return [
    { id, queue, sender, consumer, orderId: order_id, sagaId: saga_id, eventIn: null, committedAt: null },
  ];
}
