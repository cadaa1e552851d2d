import { Product } from '../catalog/api.ts';
import { ShopError } from '../kit/errors.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';

export interface Price {
  /** Cents for the whole order. */
  amount: number;
  /** From an older answer of the catalog. */
  stale: boolean;
}

/** What an order costs by the catalog; `price_changed` when its customer expects something else. */
export async function priceOf(
  catalog: Peer,
  order: { sku: string; quantity: number; amount?: number | undefined },
): Promise<Price> {
  const outcome = await catalog.get(`/products/${encodeURIComponent(order.sku)}`, {
    answer: Product,
    fallback: true,
  });
  const { price } = demandOk(outcome, catalog.name);
  const amount = price * order.quantity;
  if (order.amount === undefined || order.amount === amount) {
    return { amount, stale: outcome.kind === 'ok' && outcome.stale };
  }
  throw new ShopError(
    'price_changed',
    `${order.quantity} of ${order.sku} cost ${amount}, not ${order.amount}`,
    'Order again with this amount, or with none.',
  );
}
