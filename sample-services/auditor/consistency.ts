import type { OrderFacts } from './book/facts.ts';
import type { Snapshots } from './snapshot/snapshots.ts';

/** Newest sagas that figures are made of. */
const KEPT = 1_000;
/** Sagas that are known to have been measured: an order is found right again whenever something more is told of it. */
const REMEMBERED = 10_000;

/** The last thing that a database wrote about each of these orders. */
const LAST_WORDS: Readonly<Record<string, { table: string; sql: string }>> = {
  inventory: {
    table: 'reservation',
    sql: 'select order_id, max(at) as at from reservation where order_id = any($1) group by order_id',
  },
  payments: {
    table: 'ledger',
    sql: 'select order_id, max(at) as at from ledger where order_id = any($1) group by order_id',
  },
  shipping: {
    table: 'shipment',
    sql: 'select order_id, max(updated_at) as at from shipment where order_id = any($1) group by order_id',
  },
  'outside-world': {
    table: 'provider_statement',
    sql: `select order_id, max(at) as at from (
        select order_id, at from provider_statement where order_id = any($1)
        union all select order_id, at from carrier_statement where order_id = any($1)) entries group by order_id`,
  },
  orderview: {
    table: 'view_event',
    sql: `select order_id, max(heard_at) as at from view_event
      where generation = (select current from projection) and order_id = any($1)
        and (stream like 'order:%' or stream like 'payment:%' or stream like 'shipment:%') group by order_id`,
  },
};

export interface ConsistencyFigures {
  /** Milliseconds; null before the first saga. */
  p50Ms: number | null;
  p95Ms: number | null;
  maxMs: number | null;
  sagas: number;
}

/**
 * From the end of a saga to the last thing that any book wrote about its order: from then on all of them agree. Taken from
 * the books' own times once they were found to agree, so it is as exact as their clocks, however seldom the auditor looks.
 */
export class Consistency {
  readonly #newest: number[] = [];
  readonly #measured = new Set<string>();

  /** Milliseconds for each of these orders, which were just found right, unless it was measured before. */
  async measure(
    snapshots: Snapshots,
    found: readonly OrderFacts[],
  ): Promise<{ order: OrderFacts; ms: number }[]> {
    const orders = found.filter(({ sagaId }) => !this.#measured.has(sagaId));
    if (orders.length === 0) return [];
    const last = new Map<string, number>();
    for (const [database, { table, sql }] of Object.entries(LAST_WORDS)) {
      if (!snapshots.has(database, table)) continue;
      const rows = await snapshots.rows<{ order_id: string; at: Date }>(database, sql, [
        orders.map(({ orderId }) => orderId),
      ]);
      for (const { order_id, at } of rows)
        last.set(order_id, Math.max(last.get(order_id) ?? 0, at.getTime()));
    }
    const measured = orders.flatMap((order) =>
      order.settledAt === null
        ? []
        : [{ order, ms: Math.max(0, (last.get(order.orderId) ?? 0) - order.settledAt) }],
    );
    for (const { sagaId } of orders) this.#measured.add(sagaId);
    for (const sagaId of this.#measured) {
      if (this.#measured.size <= REMEMBERED) break;
      this.#measured.delete(sagaId);
    }
    this.#newest.push(...measured.map(({ ms }) => ms));
    this.#newest.splice(0, Math.max(0, this.#newest.length - KEPT));
    return measured;
  }

  figures(): ConsistencyFigures {
    const sorted = [...this.#newest].sort((a, b) => a - b);
    const at = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
    return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), sagas: sorted.length };
  }
}
