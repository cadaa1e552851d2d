import { type OrderFacts, readFacts } from './book/facts.ts';
import { atRest, type OrderBook } from './book/order-book.ts';
import type { Finding, Scope } from './invariants/invariant.ts';
import type { AuditSettings } from './settings.ts';
import { NotReadable } from './snapshot/database.ts';
import type { Snapshots } from './snapshot/snapshots.ts';
import type { Result, WallEntry } from './wall/wall.ts';

/** What one look at some orders brought. */
export interface Look {
  ids: readonly string[];
  orders: readonly OrderFacts[];
  /** Named by a witness, unknown to orders. */
  strangers: readonly string[];
  results: ReadonlyMap<WallEntry, Result>;
}

export interface LookParts {
  snapshots: Snapshots;
  settings: AuditSettings;
  book: OrderBook;
  wall: readonly WallEntry[];
  /** Orders with a saga under way. */
  open: ReadonlySet<string>;
  /** Epoch ms by the clock of orders' database. */
  now: number;
}

/** Asks every invariant about these orders. `totals`: about whole tables, too. */
export async function lookAt(parts: LookParts, ids: readonly string[], totals: boolean): Promise<Look> {
  const { snapshots, settings, book, wall, open, now } = parts;
  const orders = await readFacts(snapshots, ids, open);
  book.rest(orders, snapshots.number);
  const known = new Set(orders.map(({ orderId }) => orderId));
  const scope: Scope = {
    ...{ snapshots, settings, orders, everything: totals, now },
    settled: orders.filter(atRest),
    streams: book.streamsOf(orders),
    strangers: book.strangers(ids, known, snapshots.number),
  };
  const results = await Promise.all(wall.map(async (entry) => [entry, await ask(entry, scope)] as const));
  return { ids, orders, strangers: scope.strangers, results: new Map(results) };
}

async function ask({ invariant }: WallEntry, scope: Scope): Promise<Result> {
  const absent = invariant.needs.find((name) => !scope.snapshots.names.includes(name));
  if (absent !== undefined) return { findings: [], unread: `the database of ${absent} cannot be read` };
  try {
    return { findings: await invariant.check(scope), unread: null };
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    return { findings: [], unread: error.message };
  }
}

/** Several looks of one sweep as one. */
export function together(looks: readonly Look[], wall: readonly WallEntry[]): Look {
  const findingsOf = (entry: WallEntry): Finding[] =>
    looks.flatMap(({ results }) => results.get(entry)?.findings ?? []);
  const unreadOf = (entry: WallEntry) =>
    looks.map(({ results }) => results.get(entry)?.unread ?? null).find((reason) => reason !== null) ?? null;
  return {
    ids: looks.flatMap(({ ids }) => ids),
    orders: looks.flatMap(({ orders }) => orders),
    strangers: looks.flatMap(({ strangers }) => strangers),
    results: new Map(wall.map((entry) => [entry, { findings: findingsOf(entry), unread: unreadOf(entry) }])),
  };
}
