import type { OrderFacts } from '../book/facts.ts';
import type { AuditSettings } from '../settings.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';

/** Something that is not as it should be. */
export interface Finding {
  /** With the invariant's id it says which fact it is, over all sweeps. */
  key: string;
  orderId: string | null;
  sagaId: string | null;
  expected: string;
  found: string;
  /**
   * `certain`: one snapshot of one database shows it, or nothing in flight can explain it. `settling`: several databases
   * disagree, which says nothing before the order has come to rest. `inFlight`: what is missing is known to be on its way.
   */
  weight: 'certain' | 'settling' | 'inFlight';
  /** How often this is looked at: with its order, in each sweep, or in a check of everything. */
  scope: 'order' | 'sweep' | 'everything';
}

export interface Scope {
  snapshots: Snapshots;
  settings: AuditSettings;
  /** Orders of this sweep that exist, in flight or settled. */
  orders: readonly OrderFacts[];
  /** Settled ones among them, without a saga under way: what is to be compared over several databases. */
  settled: readonly OrderFacts[];
  /** Streams known to be theirs: database -> stream -> order. */
  streams: ReadonlyMap<string, ReadonlyMap<string, OrderFacts>>;
  /** Named by a witness in an earlier sweep, and still unknown to orders. */
  strangers: readonly string[];
  /** True in a check of everything: totals over whole tables are due. */
  everything: boolean;
  now: number;
}

/** A promise of the shop, with the SQL that finds out whether it was kept. */
export interface Invariant {
  id: string;
  /** One sentence: what is always so. */
  title: string;
  /** Databases without which it cannot be judged. */
  needs: readonly string[];
  check(scope: Scope): Promise<Finding[]>;
  /** Why it could judge only a part in its last check; null when it judged all. */
  blind?(): string | null;
  /** Counts to be shown beside the verdict. */
  figures?(): Record<string, number>;
}

export const idsOf = (orders: readonly OrderFacts[]): string[] => orders.map(({ orderId }) => orderId);

type Wrong = Pick<Finding, 'expected' | 'found'> & { what?: string; weight?: Finding['weight'] };

/** A finding about one order; at most one for each `what`. */
export function aboutOrder(order: OrderFacts, { what = '', weight = 'settling', ...said }: Wrong): Finding {
  const { orderId, sagaId } = order;
  return { ...said, key: `${orderId}/${what}`, orderId, sagaId, weight, scope: 'order' };
}

/** Rows by the order they are about. */
export function byOrder<Row extends { order_id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.order_id, row]));
}
