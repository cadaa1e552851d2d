import { ShopError } from '../kit/errors.ts';
import { startLoop } from '../kit/loop.ts';
import { service } from '../kit/service.ts';
import { BySku, Product, ProductsAnswer } from './api.ts';
import { allProducts, CATALOG_SCHEMA, findProduct, seedProducts } from './products.ts';

/** A database that is away at the start is tried again after so long, ms. */
const SEED_EVERY_MS = 500;

await service({
  name: 'catalog',
  routes: (kit) => {
    const { app, log } = kit;
    const db = kit.database(CATALOG_SCHEMA);
    let seeded = false;
    const seeding = startLoop({
      name: 'seed',
      intervalMs: SEED_EVERY_MS,
      log,
      run: async () => {
        if (seeded) return;
        await db.whenReady();
        await seedProducts(db);
        seeded = true;
      },
    });
    kit.onStop(() => seeding.stop());
    kit.readyWhen('products', async () => {
      if (!seeded) throw new Error('not in the catalog yet');
    });

    const config = { permission: 'catalog:read' } as const;
    const list = {
      schema: { summary: 'Everything that is sold', response: { 200: ProductsAnswer } },
      config,
    } as const;
    app.get('/products', list, async () => ({ products: await allProducts(db) }));

    const one = {
      schema: { summary: 'One product with its price', params: BySku, response: { 200: Product } },
      config,
    } as const;
    app.get('/products/:sku', one, async ({ params: { sku } }) => {
      const product = await findProduct(db, sku);
      if (product) return product;
      throw new ShopError('not_found', `there is no product ${sku}`, 'Choose one of GET /products.');
    });
  },
});
