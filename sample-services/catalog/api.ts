import { z } from 'zod';

export const Product = z.object({
  sku: z.string(),
  name: z.string(),
  /** Cents for one piece. */
  price: z.number().int().positive(),
});
export type Product = z.output<typeof Product>;
export const ProductsAnswer = z.object({ products: z.array(Product) });
export const BySku = z.object({ sku: z.string().min(1).max(100) });
