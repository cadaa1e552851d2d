import { CancelCause, SagaMode } from '../../events/shop-event.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';

export type OrderEnd = 'CONFIRMED' | 'CANCELLED' | 'REJECTED';

/** One order as the events of its own stream tell it. Cents and pieces; instants are epoch ms of orders' database. */
export interface OrderFacts {
  orderId: string;
  sagaId: string;
  mode: SagaMode;
  userId: string;
  sku: string;
  quantity: number;
  amount: number;
  end: OrderEnd | null;
  returned: boolean;
  /** A saga about it (its own, or its return) is under way. */
  sagaOpen: boolean;
  settledAt: number | null;
  newestAt: number;
  /** Types in order of their versions. */
  events: readonly { id: string; version: number; type: string; at: number }[];
  /** From a version of the shop that kept no events: nobody was ever told of what happened to it. */
  migrated: boolean;
}

interface EventRow {
  id: string;
  stream: string;
  version: number;
  type: string;
  data: Record<string, unknown>;
  meta: Record<string, string>;
  at: Date;
}

export const orderStream = (orderId: string): string => `order:${orderId}`;
const idOf = (stream: string): string => stream.slice('order:'.length);

const JOURNALS = ['saga', 'choreography'] as const;

/** Orders with a saga that has not ended: one that nobody drives ends when nothing of it is left to be taken back. */
export async function openSagas(snapshots: Snapshots): Promise<Set<string>> {
  const journals = JOURNALS.filter((table) => snapshots.has('orders', table));
  const rows = await snapshots.rows<{ order_id: string }>(
    'orders',
    journals.map((table) => `select order_id from ${table} where ended_at is null`).join(' union '),
  );
  return new Set(rows.map((row) => row.order_id));
}

const DEBTS = [
  ['payments', 'charge'],
  ['shipping', 'shipment'],
] as const;

/** Orders for which a service has promised itself to undo something, and has not done it yet. Throws NotReadable. */
export async function openDebts(snapshots: Snapshots): Promise<Set<string>> {
  const owing = new Set<string>();
  for (const [database, table] of DEBTS) {
    if (!snapshots.isAway(database) && !snapshots.has(database, table)) continue;
    const rows = await snapshots.rows<{ order_id: string }>(
      database,
      `select order_id from ${table} where undo_due_at is not null`,
    );
    for (const row of rows) owing.add(row.order_id);
  }
  return owing;
}

/** Facts of those of these orders that exist. */
export async function readFacts(
  snapshots: Snapshots,
  orderIds: readonly string[],
  open: ReadonlySet<string>,
): Promise<OrderFacts[]> {
  if (orderIds.length === 0) return [];
  const rows = await snapshots.rows<EventRow>(
    'orders',
    `select id, stream, version, type, data - 'sealedCard' || jsonb_build_object('migrated', data->>'sealedCard' = '') as data,
       meta, at
     from event where stream = any($1) order by stream, version`,
    [orderIds.map(orderStream)],
  );
  return [...Map.groupBy(rows, (row) => row.stream)].map(([stream, events]) =>
    factsOf(idOf(stream), events, open),
  );
}

function factsOf(orderId: string, rows: readonly EventRow[], open: ReadonlySet<string>): OrderFacts {
  const created = rows.find((row) => row.type === 'ORDER_CREATED');
  const ended = rows.find((row) => row.type === 'ORDER_CONFIRMED' || row.type === 'ORDER_CANCELLED');
  const { userId, sku, quantity, amount, migrated } = created?.data ?? {};
  const mode = SagaMode.safeParse(rows[0]?.meta.mode);
  return {
    orderId,
    sagaId: rows[0]?.meta.sagaId ?? '',
    mode: mode.success ? mode.data : 'orchestrated',
    userId: String(userId ?? ''),
    sku: String(sku ?? ''),
    quantity: Number(quantity ?? 0),
    amount: Number(amount ?? 0),
    end: endOf(ended),
    returned: rows.some((row) => row.type === 'ORDER_RETURNED'),
    sagaOpen: open.has(orderId),
    settledAt: ended?.at.getTime() ?? null,
    newestAt: rows.at(-1)?.at.getTime() ?? 0,
    events: rows.map(({ id, version, type, at }) => ({ id, version, type, at: at.getTime() })),
    migrated: migrated === true,
  };
}

function endOf(row: EventRow | undefined): OrderEnd | null {
  if (!row) return null;
  if (row.type === 'ORDER_CONFIRMED') return 'CONFIRMED';
  return CancelCause.safeParse(row.data.cause).data === 'rejected' ? 'REJECTED' : 'CANCELLED';
}

/** True of an order whose goods, money and parcel its customer has: everything else is to have been given back. */
export function delivered(order: OrderFacts): boolean {
  return order.end === 'CONFIRMED' && !order.returned;
}
