import { z } from 'zod';

/** The Idempotency-Key of the reservation is its name; a release names it. */
export const ReserveRequest = z.object({
  orderId: z.string(),
  sku: z.string().min(1),
  quantity: z.number().int().min(1).max(1_000),
});
export const ReserveAnswer = z.object({
  reservation: z.string(),
  sku: z.string(),
  quantity: z.number().int(),
});

export const ReleaseRequest = z.object({ reservation: z.string(), orderId: z.string() });
export const ReleaseAnswer = z.object({
  reservation: z.string(),
  /** `tombstoned`: never seen; if it comes late it is refused. */
  outcome: z.enum(['released', 'tombstoned']),
});

const pieces = z.number().int();
export const StockAnswer = z.object({
  stock: z.array(z.object({ sku: z.string(), available: pieces, reserved: pieces, seeded: pieces })),
});

/** A product which is always sold out. */
export const SOLD_OUT_SKU = 'sku-sold-out';
/** `sku-01` .. `sku-40`. */
export const SKUS: readonly string[] = Array.from(
  { length: 40 },
  (_, i) => `sku-${String(i + 1).padStart(2, '0')}`,
);
