import { randomUUID } from 'node:crypto';
import { Meddler } from './meddler.ts';
import { ask, startTestPostgres, type TestPostgres } from './postgres.ts';
import { ServiceProcess } from './service-process.ts';

const WITH_DATABASE = [
  'outside-world',
  'inventory',
  'payments',
  'shipping',
  'notifications',
  'orders',
] as const;
export type ShopService = (typeof WITH_DATABASE)[number];
/** Services which others call, each behind a meddler. */
const CALLED = ['outside-world', 'inventory', 'payments', 'shipping', 'orders'] as const;

type Numbers = Record<string, string | null>;
const ORDER = `select o.status, coalesce(s.outcome, c.outcome) as outcome from order_head o
  left join saga s on s.id = o.saga_id left join choreography c on c.saga_id = o.saga_id where o.id = $1`;
const WITNESSED = `select m.*, p.* from
  (select sum(amount) filter (where kind = 'capture') as captured, sum(amount) filter (where kind = 'refund') as refunded,
     count(*) filter (where kind = 'capture') as captures from provider_statement where order_id = $1) m,
  (select count(*) filter (where kind = 'label') as labels, count(*) filter (where kind = 'cancel') as cancelled
     from carrier_statement where order_id = $1) p`;
const MONEY = `select sum(amount) filter (where account = 'provider') as provider, sum(amount) as total
  from ledger where order_id = $1`;
const STOCK = `select sum(quantity) as reserved from reservation where order_id = $1 and status = 'reserved'`;

/** What really happened to one order, from each service's own books. Cents and pieces. */
export interface OrderFacts {
  status: string;
  captured: number;
  refunded: number;
  captures: number;
  ledger: number;
  ledgerSum: number;
  reserved: number;
  labels: number;
  labelsCancelled: number;
  outcome: string | null;
}

/** The whole shop as real processes on a real PostgreSQL, with a meddler before each service that is called. */
export class TestShop {
  readonly postgres: TestPostgres;
  readonly services: Record<ShopService, ServiceProcess>;
  readonly meddlers: Record<(typeof CALLED)[number], Meddler>;
  readonly databases: Record<string, string>;
  readonly #env: Record<string, string>;

  private constructor(
    env: Record<string, string>,
    postgres: TestPostgres,
    databases: Record<string, string>,
    meddlers: TestShop['meddlers'],
    services: TestShop['services'],
  ) {
    this.#env = env;
    this.postgres = postgres;
    this.databases = databases;
    this.meddlers = meddlers;
    this.services = services;
  }

  static async start(env: Record<string, string> = {}): Promise<TestShop> {
    const postgres = await startTestPostgres();
    const databases: Record<string, string> = {};
    for (const name of [...WITH_DATABASE, 'broker']) databases[name] = await postgres.database(name);
    const meddlers = {
      'outside-world': await Meddler.start(),
      inventory: await Meddler.start(),
      payments: await Meddler.start(),
      shipping: await Meddler.start(),
      orders: await Meddler.start(),
    };
    const shared = {
      SHOP_PROFILE: 'demo',
      SHOP_SEAL_SECRET: randomUUID(),
      LOG_LEVEL: 'info',
      BROKER_URL: databases.broker ?? '',
      OUTSIDE_URL: meddlers['outside-world'].url,
      INVENTORY_URL: meddlers.inventory.url,
      PAYMENTS_URL: meddlers.payments.url,
      SHIPPING_URL: meddlers.shipping.url,
      ORDERS_URL: meddlers.orders.url,
      ...env,
    };
    const make = (name: ShopService) =>
      new ServiceProcess(name, { ...shared, DATABASE_URL: databases[name] ?? '' });
    const services = {
      'outside-world': make('outside-world'),
      inventory: make('inventory'),
      payments: make('payments'),
      shipping: make('shipping'),
      notifications: make('notifications'),
      orders: make('orders'),
    };
    const shop = new TestShop(shared, postgres, databases, meddlers, services);
    await Promise.all(Object.values(services).map((service) => service.start()));
    for (const name of CALLED) meddlers[name].forwardTo(services[name].url);
    return shop;
  }

  /** One more process of a service, on the same database; the caller starts and kills it. Nobody calls it by itself. */
  replica(name: ShopService, instance: string): ServiceProcess {
    return new ServiceProcess(name, {
      ...this.#env,
      DATABASE_URL: this.databases[name] ?? '',
      OTEL_SERVICE_NAME: instance,
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${instance}`,
    });
  }

  async stop(): Promise<void> {
    for (const meddler of Object.values(this.meddlers)) meddler.heal();
    await Promise.all(Object.values(this.services).map((service) => service.kill()));
    await Promise.all(Object.values(this.meddlers).map((meddler) => meddler.stop()));
    await this.postgres.stop();
  }

  /** Places an order at the orders service; null when the connection broke before the answer. */
  async order(
    change: Record<string, unknown> = {},
    key: string = randomUUID(),
    headers: Record<string, string> = {},
  ): Promise<PlacedOrder | null> {
    const order = {
      userId: 'user-1',
      sku: 'sku-01',
      quantity: 2,
      amount: 4_200,
      cardToken: 'tok_visa',
      address: '1 Harbour Street, 20095 Hamburg',
      ...change,
    };
    try {
      const response = await fetch(`${this.services.orders.url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
        body: JSON.stringify(order),
      });
      return { http: response.status, ...((await response.json()) as object) } as PlacedOrder;
    } catch {
      // The tests that kill services ask the database what became of the order.
      return null;
    }
  }

  /** The order that was placed under this Idempotency-Key, if it was committed. */
  async orderIdOf(key: string): Promise<string | null> {
    const [row] = await this.sql<{ id: string }>(
      'orders',
      'select id from order_head where request_key = $1',
      [key],
    );
    return row?.id ?? null;
  }

  sql<Row extends Record<string, unknown>>(
    service: ShopService | 'broker',
    text: string,
    values: unknown[] = [],
  ) {
    return ask<Row>(this.databases[service] ?? '', text, values);
  }

  async facts(orderId: string): Promise<OrderFacts> {
    // Whether it has ended comes first: what the others say is then what they said at the end.
    const [order] = await this.sql<{ status: string; outcome: string | null }>('orders', ORDER, [orderId]);
    const [[witness], [money], [stock]] = await Promise.all([
      this.sql<Numbers>('outside-world', WITNESSED, [orderId]),
      this.sql<Numbers>('payments', MONEY, [orderId]),
      this.sql<Numbers>('inventory', STOCK, [orderId]),
    ]);
    const figure = (row: Numbers | undefined, name: string) => Number(row?.[name] ?? 0);
    return {
      status: order?.status ?? 'unknown',
      outcome: order?.outcome ?? null,
      captured: figure(witness, 'captured'),
      refunded: figure(witness, 'refunded'),
      captures: figure(witness, 'captures'),
      ledger: figure(money, 'provider'),
      ledgerSum: figure(money, 'total'),
      reserved: figure(stock, 'reserved'),
      labels: figure(witness, 'labels'),
      labelsCancelled: figure(witness, 'cancelled'),
    };
  }

  /** The journal of an order's saga as `step kind status` lines. */
  async journal(orderId: string): Promise<string[]> {
    const rows = await this.sql<{ step: string; kind: string; status: string }>(
      'orders',
      `select step, kind, j.status from order_head o join (
         select saga_id, step, kind, status, seq, null as at from saga_step union all
         select saga_id, step, kind, status, seq, at from choreography_step) j on o.saga_id = j.saga_id
       where o.id = $1 order by j.at, seq`,
      [orderId],
    );
    return rows.map((row) => [row.step, row.kind, row.status].filter(Boolean).join(' '));
  }
}

export interface PlacedOrder {
  http: number;
  orderId: string;
  sagaId: string;
  status: string;
  reason?: string;
}

/** An order of 4,200 cents and 2 pieces that came through, or that left nothing behind. */
export const DELIVERED = {
  status: 'CONFIRMED',
  outcome: 'confirmed',
  captured: 4_200,
  refunded: 0,
  captures: 1,
  ledger: 4_200,
  ledgerSum: 0,
  reserved: 2,
  labels: 1,
  labelsCancelled: 0,
} satisfies OrderFacts;

/** True of every order that did not come through: what was taken was given back, in all books. */
export function leftNothing(facts: OrderFacts): boolean {
  return (
    (facts.status === 'CANCELLED' || facts.status === 'REJECTED') &&
    facts.captured === facts.refunded &&
    facts.ledger === 0 &&
    facts.ledgerSum === 0 &&
    facts.reserved === 0 &&
    facts.labels === facts.labelsCancelled
  );
}
