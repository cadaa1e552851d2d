import type { OrderFacts } from '../book/facts.ts';
import { aboutOrder, byOrder, type Invariant, idsOf } from './invariant.ts';

const ENDS = new Set(['ORDER_CONFIRMED', 'ORDER_CANCELLED']);

/** What is wrong with the sequence of an order's events, in words; null when nothing is. */
export function wrongAfterEnd(
  events: readonly Pick<OrderFacts['events'][number], 'version' | 'type'>[],
): string | null {
  const ends = events.filter(({ type }) => ENDS.has(type));
  if (ends.length > 1) return `${ends.length} ends: ${ends.map(({ type }) => type).join(', ')}`;
  const [end] = ends;
  if (!end) return null;
  const after = events.filter(({ version }) => version > end.version).map(({ type }) => type);
  const allowed = end.type === 'ORDER_CONFIRMED' ? ['ORDER_RETURNED'] : [];
  const wrong = after.filter((type, i) => type !== allowed[i]);
  return wrong.length === 0 ? null : `after ${end.type}: ${after.join(', ')}`;
}

/** Of the order's own stream, and of the head that is written with it. */
export const terminal: Invariant = {
  id: 'I9',
  title: 'An order has one end, and nothing comes after it but a return',
  needs: ['orders'],
  check: async ({ snapshots, orders }) => {
    const rows = await snapshots.rows<{ order_id: string; status: string }>(
      'orders',
      'select id as order_id, status from order_head where id = any($1)',
      [idsOf(orders)],
    );
    const heads = byOrder(rows);
    return orders.flatMap((order) => {
      const wrong = wrongAfterEnd(order.events);
      const status = heads.get(order.orderId)?.status ?? 'no head';
      const right = order.end ?? 'PENDING';
      return [
        ...(wrong === null
          ? []
          : [aboutOrder(order, { expected: 'one end and rest', found: wrong, weight: 'certain' })]),
        ...(status === right
          ? []
          : [
              aboutOrder(order, {
                ...{ what: 'head', expected: `${right} by its events`, found: status, weight: 'certain' },
              }),
            ]),
      ];
    });
  },
};
