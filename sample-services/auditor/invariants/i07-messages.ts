import type { Message, MessageBook } from '../messages/message-book.ts';
import { keyOf } from '../messages/message-book.ts';
import { aboutOrder, type Finding, type Invariant, idsOf, type Scope } from './invariant.ts';

const lost = (message: Message): Finding => ({
  ...{
    key: keyOf(message),
    orderId: message.orderId,
    sagaId: message.sagaId,
    weight: 'certain',
    scope: 'sweep',
  },
  expected: `message ${message.id} in the inbox or among the dead letters of ${message.queue}`,
  found: 'neither there, nor in an outbox, nor with the broker',
});

/** One message, heard twice, makes notices twice. */
async function duplicates({ snapshots, settled }: Scope): Promise<Finding[]> {
  if (!snapshots.knows('notifications')) return [];
  const rows = await snapshots.rows<{ order_id: string; channel: string; n: number }>(
    'notifications',
    `select order_id, channel, count(*)::int as n from notice where order_id = any($1) group by order_id, channel
     having count(*) > 1`,
    [idsOf(settled)],
  );
  const known = new Map(settled.map((order) => [order.orderId, order]));
  return rows.flatMap(({ order_id, channel, n }) => {
    const order = known.get(order_id);
    const told = 1 + Number(order?.returned ?? false);
    if (!order || n <= told) return [];
    const found = `${n} notices for ${channel}`;
    return [aboutOrder(order, { what: `twice/${channel}`, expected: `${told}, one for each event`, found })];
  });
}

/** Lost, duplicated and recovered messages are counted apart: `figures`. Dead letters are where messages may end. */
export function messages(book: MessageBook): Invariant {
  let duplicated = 0;
  return {
    id: 'I7',
    title: 'Every message that was committed reaches each of its subscribers, or their dead letters',
    needs: ['orders'],
    check: async (scope) => {
      const twice = await duplicates(scope);
      duplicated = twice.length;
      return [...book.in('lost').map(lost), ...twice];
    },
    blind: () => {
      if (book.unread !== null) return book.unread;
      const unseen = book.in('unseen').length;
      if (unseen === 0) return null;
      return `${unseen} messages are neither with their sender nor handled, and nobody can say that the broker does not have them`;
    },
    figures: () => ({ ...book.figures(), duplicated }),
  };
}
