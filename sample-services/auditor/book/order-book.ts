import { unlessAway } from '../snapshot/database.ts';
import { GapCursor } from '../snapshot/gap-cursor.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import type { LoggedEvent } from './event-log.ts';
import type { OrderFacts } from './facts.ts';

interface Tracked {
  /** Number of the sweep in which it was first heard of, and first seen at rest after the last word about it. */
  heard: number;
  rested: number | null;
  /** Streams it is known to have, by database. */
  streams: Map<string, Set<string>>;
}

/** Orders looked at in one sweep because they are under way, longest waiting first. */
const AT_ONCE = 2_000;
const WITNESSES = ['provider_statement', 'carrier_statement', 'mail_statement'] as const;

/**
 * Orders that are not known to be right: from the first word about them until they were found right once after they had
 * come to rest. Whatever is written about an order later opens it again.
 *
 * The watermark. Snapshots of several databases are of slightly different moments: what one shows may have happened after
 * another was taken. So an order that disagrees over several databases is judged only when
 * 1. it was seen at rest (ended, no saga under way) in an *earlier* sweep, and nothing was heard of it since: every snapshot
 *    of this one was then begun after it had come to rest, so none can be too old to show what led there;
 * 2. no message is on its way to somebody who still has to act on it, as all outboxes, inboxes and the broker show, and
 *    nobody has noted that he still owes an undoing. Where the broker cannot be looked into, a message that is not handled
 *    is on its way until its queue was seen empty;
 * 3. it was found wrong in two such looks one after the other, however many sweeps lie between them (see `Wall`).
 * Until then it is pending, never a violation.
 */
export class OrderBook {
  readonly #orders = new Map<string, Tracked>();
  readonly #witnesses = WITNESSES.map((table) => new GapCursor('outside-world', table, 'order_id'));

  /** Opens every order which something new is about. */
  hear(events: readonly LoggedEvent[], sweep: number): void {
    for (const { orderId, database, stream } of events) {
      const { streams } = this.#stir(orderId, sweep);
      streams.set(database, (streams.get(database) ?? new Set()).add(stream));
    }
  }

  /** Opens every order with a saga under way, or of which a witness says something new. */
  async learn(snapshots: Snapshots, open: ReadonlySet<string>): Promise<void> {
    for (const orderId of open) this.#stir(orderId, snapshots.number);
    if (!snapshots.names.includes('outside-world')) return;
    for (const cursor of this.#witnesses) {
      const reading = cursor.read<{ order_id: string }>(snapshots, (rows) => {
        for (const { order_id } of rows) this.#stir(order_id, snapshots.number);
      });
      await unlessAway(reading, undefined);
    }
  }

  /** Orders to look at now. */
  due(): string[] {
    return [...this.#orders.keys()].slice(0, AT_ONCE);
  }

  get size(): number {
    return this.#orders.size;
  }

  /** Notes who is at rest. */
  rest(orders: readonly OrderFacts[], sweep: number): void {
    for (const order of orders) {
      const tracked = this.#orders.get(order.orderId);
      if (!tracked) continue;
      if (!atRest(order)) tracked.rested = null;
      else tracked.rested ??= sweep;
    }
  }

  /** Rule 1. An order that is only looked at again was right before: it is opened by being wrong. */
  restedBefore(orderId: string, sweep: number): boolean {
    const rested = this.#orders.get(orderId)?.rested ?? null;
    return rested !== null && rested < sweep;
  }

  /** Of these orders, those which were heard of in an earlier sweep and which orders does not know still. */
  strangers(due: readonly string[], known: ReadonlySet<string>, sweep: number): string[] {
    return due.filter((id) => !known.has(id) && (this.#orders.get(id)?.heard ?? sweep) < sweep);
  }

  streamsOf(orders: readonly OrderFacts[]): Map<string, Map<string, OrderFacts>> {
    const found = new Map<string, Map<string, OrderFacts>>();
    const add = (database: string, stream: string, order: OrderFacts) => {
      found.set(database, (found.get(database) ?? new Map()).set(stream, order));
    };
    for (const order of orders) {
      add('orders', `order:${order.orderId}`, order);
      // Their names follow from the saga's: the agreement on idempotency keys.
      add('inventory', `reservation:${order.sagaId}:reserve:action`, order);
      add('payments', `payment:${order.sagaId}:charge:action`, order);
      add('shipping', `shipment:${order.sagaId}:ship:action`, order);
      for (const [database, streams] of this.#orders.get(order.orderId)?.streams ?? []) {
        for (const stream of streams) add(database, stream, order);
      }
    }
    return found;
  }

  /** Opened by being found wrong, or by a message that was lost. */
  open(orderId: string, sweep: number): void {
    this.#track(orderId, sweep);
  }

  /** Found right at rest: nothing more to do until something new is heard. */
  close(orderId: string): void {
    this.#orders.delete(orderId);
  }

  /** Looked at and not closed: the others come first next time. */
  postpone(orderIds: readonly string[]): void {
    for (const orderId of orderIds) {
      const tracked = this.#orders.get(orderId);
      if (!tracked) continue;
      this.#orders.delete(orderId);
      this.#orders.set(orderId, tracked);
    }
  }

  /** Something happened to it: wherever it stood, it is to be seen at rest anew. */
  #stir(orderId: string, sweep: number): Tracked {
    const tracked = this.#track(orderId, sweep);
    tracked.rested = null;
    return tracked;
  }

  #track(orderId: string, sweep: number): Tracked {
    const tracked = this.#orders.get(orderId) ?? { heard: sweep, rested: null, streams: new Map() };
    if (orderId !== '') this.#orders.set(orderId, tracked);
    return tracked;
  }
}

export const atRest = (order: OrderFacts): boolean => order.end !== null && !order.sagaOpen;
