import { QUEUES } from '../../events/queues.ts';
import type { OrderFacts } from '../book/facts.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import type { Expected } from './expected.ts';

const OWNER = 'notifications';
const CHANNELS = ['email', 'sms', 'push'] as const;

export interface Notices {
  /** To the channels: no events, and gone from the outbox an hour after they were sent. */
  messages: readonly Expected[];
  /** In which the channels tell what became of them, by the order each is about. */
  streams: Map<string, OrderFacts>;
}

/** What notifications has noted that it tells the customers of these orders. Throws NotReadable. */
export async function noticesOf(snapshots: Snapshots, orders: readonly OrderFacts[]): Promise<Notices> {
  if (!snapshots.has(OWNER, 'notice')) return { messages: [], streams: new Map() };
  const known = new Map(orders.map((order) => [order.orderId, order]));
  const rows = await snapshots.rows<{ id: string; channel: string; order_id: string; at: Date }>(
    OWNER,
    'select message_id as id, channel, order_id, created_at as at from notice where order_id = any($1)',
    [[...known.keys()]],
  );
  const messages: Expected[] = [];
  const streams = new Map<string, OrderFacts>();
  for (const { id, channel: name, order_id: orderId, at } of rows) {
    const order = known.get(orderId);
    const channel = CHANNELS.find((each) => each === name);
    if (!order || channel === undefined) continue;
    streams.set(`notification:${id}:${channel}`, order);
    messages.push({
      ...{ id, queue: QUEUES[channel].name, sender: OWNER, consumer: OWNER },
      ...{ orderId, sagaId: order.sagaId, eventIn: null, committedAt: at.getTime() },
    });
  }
  return { messages, streams };
}
