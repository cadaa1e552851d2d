import { SKUS, SOLD_OUT_SKU } from '../inventory/api.ts';
import type { Database } from '../kit/database.ts';
import type { Product } from './api.ts';

export const CATALOG_SCHEMA = `
  create table if not exists product (
    sku text primary key,
    name text not null,
    price int not null check (price > 0),
    changed_at timestamptz not null default now()
  )`;

const FORMS = [
  'Lantern',
  'Barometer',
  'Compass',
  'Sextant',
  'Telescope',
  'Log Line',
  'Signal Flag',
  'Hourglass',
];
const MAKES = ['Brass', 'Copper', 'Oak', 'Pocket', 'Bridge'];

/** What the shop sells: everything that inventory has ever had. */
function assortment(): Product[] {
  return [...SKUS, SOLD_OUT_SKU].map((sku, i) => ({
    sku,
    name: `${MAKES[i % MAKES.length]} ${FORMS[i % FORMS.length]}`,
    // 9.90 to 187.90, in no order, the same on every machine.
    price: 990 + ((i * 17) % 90) * 200,
  }));
}

/** Puts the assortment in; a product that is there keeps its price. */
export async function seedProducts(db: Database): Promise<void> {
  await db.query(
    `insert into product (sku, name, price)
     select p->>'sku', p->>'name', (p->>'price')::int from jsonb_array_elements($1::jsonb) as p
     on conflict (sku) do nothing`,
    [JSON.stringify(assortment())],
  );
}

export function allProducts(db: Database): Promise<Product[]> {
  return db.query<Product>('select sku, name, price from product order by sku');
}

export async function findProduct(db: Database, sku: string): Promise<Product | null> {
  const [row] = await db.query<Product>('select sku, name, price from product where sku = $1', [sku]);
  return row ?? null;
}
