import { assertNever } from '@stormglass/agents/contract';
import type { z } from 'zod';
import { sagaIdOf } from '../events/steps.ts';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import type { ReleaseRequest, ReserveRequest } from './api.ts';
import { type Release, release, reserve } from './stock.ts';

/** Reserves for an orchestrator; what cannot be reserved is refused by name. */
export async function commandReserve(
  db: Database,
  id: string,
  { orderId, sku, quantity }: z.output<typeof ReserveRequest>,
): Promise<void> {
  const subject = { orderId, sagaId: sagaIdOf(id), mode: 'orchestrated' } as const;
  const reserving = await db.transaction((tx) => reserve(tx, subject, { id, sku, quantity }));
  switch (reserving) {
    case 'reserved':
      return;
    case 'sold_out':
      throw new ShopError('sold_out', `${sku} is sold out`, 'Order something else.');
    case 'unknown_product':
      throw new ShopError('not_found', `there is no product ${sku}`, 'Check the sku.');
    case 'late':
      throw new ShopError(
        'already_compensated',
        `reservation ${id} was released before it came`,
        'Start a new order; this one was given up.',
      );
    default:
      return assertNever(reserving);
  }
}

export async function commandRelease(
  db: Database,
  { reservation, orderId }: z.output<typeof ReleaseRequest>,
): Promise<Release['outcome']> {
  const subject = { orderId, sagaId: sagaIdOf(reservation), mode: 'orchestrated' } as const;
  return (await db.transaction((tx) => release(tx, subject, reservation))).outcome;
}
