import pg from 'pg';
import type { System } from './system.ts';

/** What really happened to one order, read from the databases and from the provider's own statement. Cents. */
export interface OrderFacts {
  status: string;
  captured: number;
  refunded: number;
  ledgerSum: number;
  reserved: number;
  shipped: number;
}

/** Runs one statement on a service's own database. */
export async function sql<T extends pg.QueryResultRow>(
  system: System,
  service: string,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: system.postgresUrl(service) });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function one(system: System, service: string, text: string, orderId: string): Promise<number> {
  const rows = await sql<{ n: string }>(system, service, text, [orderId]);
  return Number(rows[0]?.n ?? 0);
}

export async function orderFacts(system: System, orderId: string): Promise<OrderFacts> {
  const statement = (kind: string) =>
    one(
      system,
      'outside-world',
      `select coalesce(sum(amount), 0) as n from provider_statement where order_id = $1 and kind = '${kind}'`,
      orderId,
    );
  const orders = await sql<{ status: string }>(
    system,
    'orders',
    'select status from order_head where id = $1',
    [orderId],
  );
  return {
    status: orders[0]?.status ?? 'unknown',
    captured: await statement('capture'),
    refunded: await statement('refund'),
    ledgerSum: await one(
      system,
      'payments',
      'select coalesce(sum(amount), 0) as n from ledger where order_id = $1',
      orderId,
    ),
    reserved: await one(
      system,
      'inventory',
      "select count(*) as n from reservation where order_id = $1 and status = 'reserved'",
      orderId,
    ),
    shipped: await one(
      system,
      'shipping',
      "select count(*) as n from shipment where order_id = $1 and status = 'created'",
      orderId,
    ),
  };
}
