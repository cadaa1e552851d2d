import type { Snapshots } from '../snapshot/snapshots.ts';

/** Orders of one step of the slow check. */
export const STEP = 500;

/**
 * The slow check of everything, a few orders with each sweep: what was found right once could have been changed since by
 * whoever has no business with it.
 */
export class Recheck {
  readonly #everyMs: number;
  #after = 0;
  #begunAt = Number.NEGATIVE_INFINITY;
  #resting = false;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** The next orders; none while the last pass is younger than its time. `first`: a pass begins with them. */
  async next(snapshots: Snapshots): Promise<{ orders: string[]; first: boolean }> {
    if (this.#resting && snapshots.at - this.#begunAt < this.#everyMs) return { orders: [], first: false };
    const first = this.#after === 0;
    const { orders, last } = await ordersAfter(snapshots, this.#after);
    if (first) this.#begunAt = snapshots.at;
    this.#after = last;
    this.#resting = last === 0;
    return { orders, first };
  }
}

/** Orders in the sequence of their placing; `last` 0: there are no more. */
export async function ordersAfter(
  snapshots: Snapshots,
  after: number,
): Promise<{ orders: string[]; last: number }> {
  const rows = await snapshots.rows<{ seq: string; order_id: string }>(
    'orders',
    `select seq, meta->>'orderId' as order_id from event
     where type = 'ORDER_CREATED' and seq > $1 order by seq limit ${STEP}`,
    [after],
  );
  const last = rows.length < STEP ? 0 : Number(rows.at(-1)?.seq ?? 0);
  return { orders: rows.map((row) => row.order_id), last };
}
