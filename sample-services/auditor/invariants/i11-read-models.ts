import type { OrderFacts } from '../book/facts.ts';
import type { MessageBook } from '../messages/message-book.ts';
import { aboutOrder, byOrder, type Finding, type Invariant, idsOf, type Scope } from './invariant.ts';

interface Model {
  order_id: string;
  status: string | null;
  version: string | null;
  amount: string | null;
  user_id: string | null;
  listed: string | null;
}

const MODELS = `
  select d.order_id, d.details->>'status' as status, d.details->>'version' as version, d.details->>'amount' as amount,
    d.details->>'userId' as user_id, u.line->>'status' as listed
  from order_details d
  left join user_order u on u.generation = d.generation and u.order_id = d.order_id
  where d.generation = (select current from projection) and d.order_id = any($1)`;

/** The newest lines: a line that has left the list is not missed. */
const RECENT = `
  select order_id, line->>'status' as status from recent_order
  where generation = (select current from projection) and order_id = any($1)`;

const words = (status: string, version: number, amount: number, userId: string, listed: string): string =>
  `${status} at version ${version}, ${amount} cents, of ${userId}, listed as ${listed}`;

function right(order: OrderFacts): string {
  const status = order.end ?? 'PENDING';
  return words(status, order.events.length, order.amount, order.userId, status);
}

function shown(row: Model | undefined): string {
  if (!row) return 'nothing';
  const { status, version, amount, user_id, listed } = row;
  return words(status ?? '?', Number(version), Number(amount), user_id ?? 'nobody', listed ?? 'nothing');
}

/**
 * The auditor folds the order's own events itself and compares what all three models say. An order counts when its
 * newest event is older than L. A model that is behind for longer has lost something, unless the message it lacks is
 * known to wait for it: then it is late, not wrong.
 */
async function check(book: MessageBook, scope: Scope): Promise<Finding[]> {
  const { snapshots, orders, settings, now } = scope;
  if (!snapshots.knows('orderview')) return [];
  const due = orders.filter((order) => !order.migrated && now - order.newestAt > settings.lagMs);
  const ids = [idsOf(due)];
  const models = byOrder(await snapshots.rows<Model>('orderview', MODELS, ids));
  const recent = byOrder(
    await snapshots.rows<{ order_id: string; status: string }>('orderview', RECENT, ids),
  );
  const waiting = book.sagasWaitingFor('orderview');
  return due.flatMap((order) => {
    const status = order.end ?? 'PENDING';
    const weight = waiting.has(order.sagaId) ? 'inFlight' : 'settling';
    const compare = (what: string, expected: string, found: string) =>
      found === expected ? [] : [aboutOrder(order, { what, expected, found, weight })];
    return [
      ...compare('', right(order), shown(models.get(order.orderId))),
      ...compare('recent', status, recent.get(order.orderId)?.status ?? status),
    ];
  });
}

export const readModels = (book: MessageBook): Invariant => ({
  id: 'I11',
  title: 'Each read model is the fold of the events, at most L behind',
  needs: ['orders'],
  check: (scope) => check(book, scope),
});
