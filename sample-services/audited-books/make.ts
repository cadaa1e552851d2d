import { INVENTORY_SCHEMA } from '../inventory/schema.ts';
import { Database } from '../kit/database.ts';
import type { Log } from '../kit/log.ts';
import { NOTIFICATIONS_SCHEMA } from '../notifications/schema.ts';
import { ORDERS_SCHEMA } from '../orders/schema.ts';
import { ORDERVIEW_SCHEMA } from '../orderview/schema.ts';
import { STATEMENT_SCHEMA } from '../outside-world/statement.ts';
import { PAYMENTS_SCHEMA } from '../payments/schema.ts';
import { SHIPPING_SCHEMA } from '../shipping/schema.ts';
import type { TestPostgres } from '../testing/postgres.ts';

const SCHEMAS = {
  orders: ORDERS_SCHEMA,
  inventory: INVENTORY_SCHEMA,
  payments: PAYMENTS_SCHEMA,
  shipping: SHIPPING_SCHEMA,
  notifications: NOTIFICATIONS_SCHEMA,
  orderview: ORDERVIEW_SCHEMA,
  'outside-world': STATEMENT_SCHEMA,
} as const;
export type Book = keyof typeof SCHEMAS;

/** The databases of all services with nobody at work; gives the URL of each. */
export async function makeBooks(postgres: TestPostgres, log: Log): Promise<Record<Book, string>> {
  const made: [string, string][] = [];
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const url = await postgres.database(name);
    const db = new Database({ url, schema, log });
    await db.whenReady();
    await db.close();
    made.push([name, url]);
  }
  return Object.fromEntries(made) as Record<Book, string>;
}
