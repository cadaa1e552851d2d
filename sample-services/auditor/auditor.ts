import type { Acknowledge } from '@stormglass/agents/contract';
import { EventLog, eventsOf } from './book/event-log.ts';
import { openDebts, openSagas } from './book/facts.ts';
import { atRest, OrderBook } from './book/order-book.ts';
import { ordersAfter, Recheck } from './book/recheck.ts';
import { Consistency } from './consistency.ts';
import { allInvariants } from './invariants/all.ts';
import type { Emptiness, EmptyQueues } from './messages/empty-queues.ts';
import { expectedOf } from './messages/expected.ts';
import { MessageBook } from './messages/message-book.ts';
import { noticesOf } from './messages/notices.ts';
import type { CallWindow } from './service-levels/window.ts';
import type { AuditSettings } from './settings.ts';
import { AuditedDatabase, NotReadable, unlessAway } from './snapshot/database.ts';
import { Snapshots } from './snapshot/snapshots.ts';
import { type Look, type LookParts, lookAt, together } from './sweep.ts';
import { WallTelemetry } from './wall/telemetry.ts';
import { traceIds } from './wall/traces.ts';
import { type Looked, type Result, WallEntry } from './wall/wall.ts';

export interface SweepReport {
  /** Counts the sweeps of this process, from 1. */
  number: number;
  /** Epoch ms. */
  at: number;
  tookMs: number;
  /** Orders that were looked at. */
  orders: number;
  everything: boolean;
}

interface Change {
  entry: WallEntry;
  kind: 'violated' | 'restored';
}

/** Sweeps the shop's databases and keeps the wall. One sweep runs at a time. */
export class Auditor {
  readonly wall: readonly WallEntry[];
  readonly consistency = new Consistency();
  readonly #settings: AuditSettings;
  readonly #databases: readonly AuditedDatabase[];
  readonly #events = new EventLog();
  readonly #book = new OrderBook();
  readonly #messages = new MessageBook();
  readonly #queues: EmptyQueues | null;
  readonly #recheck: Recheck;
  readonly #telemetry: WallTelemetry;
  #last: SweepReport | null = null;
  #running: Promise<unknown> = Promise.resolve();

  /** Each null when nobody told where to look. `window`: what callers see of each service; `queues`: what the broker holds. */
  constructor(settings: AuditSettings, window: CallWindow | null, queues: EmptyQueues | null) {
    this.#settings = settings;
    this.#queues = queues;
    this.#databases = Object.entries(settings.databases).map(([name, url]) => new AuditedDatabase(name, url));
    this.#recheck = new Recheck(settings.recheckMs);
    this.wall = allInvariants(this.#messages, window).map((each) => new WallEntry(each, Date.now()));
    this.#telemetry = new WallTelemetry(this.wall);
  }

  get last(): SweepReport | null {
    return this.#last;
  }

  /** Orders that are not known to be right (yet). */
  get open(): number {
    return this.#book.size;
  }

  /** Looks once; with `everything` at every order there is, and at totals over whole tables. */
  sweep(everything: boolean): Promise<SweepReport> {
    const turn = this.#running.then(() => this.#sweep(everything));
    this.#running = turn.catch(() => undefined);
    return turn;
  }

  /** Violations of now are known from now on; gives how many that are. Kept in memory: after a restart all are red again. */
  acknowledge({ id, reason }: Acknowledge): number {
    let count = 0;
    for (const entry of this.wall.filter(({ invariant }) => id === undefined || invariant.id === id)) {
      const known = entry.acknowledge({ reason, at: Date.now() });
      if (known.length > 0) this.#telemetry.acknowledged(entry, known.length, reason);
      count += known.length;
    }
    return count;
  }

  async close(): Promise<void> {
    await this.#running;
    await Promise.all(this.#databases.map((database) => database.close()));
  }

  async #sweep(everything: boolean): Promise<SweepReport> {
    const began = performance.now();
    const number = (this.#last?.number ?? 0) + 1;
    const empty = this.#queues?.now() ?? null;
    const snapshots = await Snapshots.take(number, Date.now(), this.#databases);
    try {
      const orders = await this.#lookOrSay(snapshots, empty, everything);
      this.#last = { number, at: snapshots.at, tookMs: performance.now() - began, orders, everything };
      return this.#last;
    } finally {
      await snapshots.close();
    }
  }

  /** Gives how many orders were looked at. Without orders' own database there is nothing to compare with. */
  async #lookOrSay(snapshots: Snapshots, empty: Emptiness | null, everything: boolean): Promise<number> {
    try {
      return await this.#look(snapshots, empty, everything);
    } catch (error) {
      // A wall that stayed as it was would say that it is known still.
      this.#unreadable(snapshots.at, error instanceof Error ? error.message : String(error));
      if (error instanceof NotReadable) return 0;
      throw error;
    }
  }

  async #look(snapshots: Snapshots, empty: Emptiness | null, everything: boolean): Promise<number> {
    if (!snapshots.has('orders', 'event') || !snapshots.has('orders', 'saga')) {
      this.#unreadable(snapshots.at, 'the database of orders cannot be read');
      return 0;
    }
    const open = await openSagas(snapshots);
    await this.#events.read(snapshots, (events) => {
      this.#book.hear(events, snapshots.number);
      this.#messages.expect(snapshots, events.flatMap(expectedOf));
    });
    await this.#book.learn(snapshots, open);
    await this.#messages.look(snapshots, { settleMs: this.#settings.settleMs, empty });
    const again = await this.#recheck.next(snapshots);
    const parts: LookParts = {
      ...{ snapshots, settings: this.#settings, book: this.#book, wall: this.wall, open },
      now: await databaseTime(snapshots),
    };
    const due = [...new Set([...this.#book.due(), ...again.orders])];
    const totals = everything || again.first;
    const looks = [await lookAt(parts, due, totals)];
    if (everything) for await (const look of this.#allOrders(parts)) looks.push(look);
    else await this.#lookAgain(parts, looks[0], new Set(again.orders));
    const look = together(looks, this.wall);
    await this.#conclude(snapshots, look, totals);
    return look.ids.length;
  }

  async *#allOrders(parts: LookParts): AsyncGenerator<Look> {
    for (let after = 0, more = true; more; ) {
      const page = await ordersAfter(parts.snapshots, after);
      const look = await lookAt(parts, page.orders, false);
      await this.#lookAgain(parts, look, new Set(page.orders));
      yield look;
      after = page.last;
      more = page.last > 0;
    }
  }

  /** The messages about orders that are looked at again are looked for again, too, whoever sent them. */
  async #lookAgain({ snapshots, book }: LookParts, look: Look | undefined, ids: ReadonlySet<string>) {
    const orders = (look?.orders ?? []).filter(({ orderId }) => ids.has(orderId));
    if (orders.length === 0) return;
    const nothing = { messages: [], streams: new Map() };
    const { messages, streams } = await unlessAway(noticesOf(snapshots, orders), nothing);
    const events = await eventsOf(snapshots, book.streamsOf(orders).set('notifications', streams));
    await this.#messages.lookAgain(snapshots, [...events.flatMap(expectedOf), ...messages]);
  }

  async #conclude(snapshots: Snapshots, look: Look, totals: boolean): Promise<void> {
    const underWay = this.#messages.sagasUnderWay();
    const owing = await unlessAway(openDebts(snapshots), null);
    const byId = new Map(look.orders.map((order) => [order.orderId, order]));
    const judgeable = (orderId: string): boolean =>
      this.#book.restedBefore(orderId, snapshots.number) &&
      !underWay.has(byId.get(orderId)?.sagaId ?? '') &&
      owing?.has(orderId) === false;
    const looked = { orders: new Set(look.ids), everything: totals, at: snapshots.at, judgeable };
    const changes = this.#judge(look.results, looked);
    await this.#linkTraces(snapshots);
    for (const { entry, kind } of changes) this.#telemetry.changed(entry, kind);
    await this.#close(snapshots, look, judgeable);
  }

  #judge(results: ReadonlyMap<WallEntry, Result>, looked: Looked): Change[] {
    const changes: Change[] = [];
    for (const [entry, result] of results) {
      const { fresh, change } = entry.judge(result, looked);
      this.#telemetry.count(entry, fresh);
      if (change !== null) changes.push({ entry, kind: change });
    }
    return changes;
  }

  async #linkTraces(snapshots: Snapshots): Promise<void> {
    const blank = this.wall.flatMap((entry) =>
      entry.violations
        .filter(({ traceId, sagaId }) => traceId === '' && sagaId !== null)
        .map(({ key, sagaId }) => ({ entry, key, sagaId: sagaId ?? '' })),
    );
    const sagaIds = [...new Set(blank.map(({ sagaId }) => sagaId))];
    const ids = await unlessAway(traceIds(snapshots, sagaIds), new Map<string, string>());
    for (const { entry, key, sagaId } of blank) entry.trace(key, ids.get(sagaId) ?? '');
  }

  /** Orders found right at rest are done with; those found wrong, or looked at too early, stay open. */
  async #close(snapshots: Snapshots, look: Look, judgeable: (orderId: string) => boolean): Promise<void> {
    const results = [...look.results.values()];
    const wrong = new Set(results.flatMap(({ findings }) => findings.map(({ orderId }) => orderId)));
    for (const orderId of wrong) if (orderId !== null) this.#book.open(orderId, snapshots.number);
    this.#book.postpone(look.ids);
    if (results.some(({ unread }) => unread !== null)) return;
    const right = look.orders.filter(
      (order) => atRest(order) && !wrong.has(order.orderId) && judgeable(order.orderId),
    );
    const measured = await unlessAway(this.consistency.measure(snapshots, right), null);
    if (measured === null) return;
    for (const { order, ms } of measured) {
      this.#telemetry.consistent(order.mode, ms / 1_000);
    }
    for (const { orderId } of right) this.#book.close(orderId);
    // Nobody names them any more.
    for (const orderId of look.strangers) if (!wrong.has(orderId)) this.#book.close(orderId);
  }

  #unreadable(at: number, unread: string): void {
    const result = { findings: [], unread };
    this.#judge(new Map(this.wall.map((entry) => [entry, result])), {
      ...{ orders: new Set(), everything: false, at, judgeable: () => false },
    });
  }
}

async function databaseTime(snapshots: Snapshots): Promise<number> {
  const [row] = await snapshots.rows<{ now: number }>(
    'orders',
    'select extract(epoch from now())::float8 * 1000 as now',
  );
  return row?.now ?? snapshots.at;
}
