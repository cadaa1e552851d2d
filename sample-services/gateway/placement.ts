import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Clock, systemClock } from '../kit/clock.ts';
import { ShopError } from '../kit/errors.ts';
import type { App } from '../kit/http/route.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { CancelAnswer, type CreateOrderRequest, OrderView, PendingOrder } from '../orders/api.ts';
import { ById, PlaceHeaders, PlaceOrderRequest } from './api.ts';
import { type Door, demandOwner, type Visitor } from './customer.ts';
import { patiently } from './patience.ts';
import { priceOf } from './pricing.ts';
import type { RateLimit } from './rate-limit.ts';

const PlacedOrder = z.union([OrderView, PendingOrder]);

export interface PlacementParts {
  door: Door;
  limit: RateLimit;
  orders: Peer;
  catalog: Peer;
  clock?: Clock;
}

/** Orders come in, and are cancelled. */
export function addPlacement(app: App, parts: PlacementParts): void {
  const { door, limit, orders, catalog, clock = systemClock } = parts;
  const place = {
    schema: {
      summary: 'Place an order; 202 when its end has to be asked for later',
      tags: ['orders'],
      headers: PlaceHeaders,
      body: PlaceOrderRequest,
      response: { 201: OrderView, 202: PendingOrder },
    },
    config: { permission: 'open' },
  } as const;
  app.post('/orders', place, async (request, reply) => {
    const visitor = await door.visitor(request);
    const userId = customerOf(visitor, request.body.userId);
    limit.demand(visitor, request, reply, userId);
    const { amount, stale } = await priceOf(catalog, request.body);
    if (stale) reply.header('x-price', 'stale');
    const order: CreateOrderRequest = { ...request.body, userId, amount };
    // Without a key of the caller's, ours at least makes our own repetition harmless.
    const idempotencyKey = request.headers['idempotency-key'] ?? randomUUID();
    const call = { answer: PlacedOrder, idempotencyKey, attempts: 2 };
    const body = demandOk(await patiently(clock, () => orders.post('/orders', order, call)), orders.name);
    return 'createdAt' in body ? reply.status(201).send(body) : reply.status(202).send(body);
  });

  const cancel = {
    schema: {
      summary: 'Cancel an order',
      tags: ['orders'],
      params: ById,
      response: { 200: CancelAnswer },
    },
    config: { permission: 'open' },
  } as const;
  app.post('/orders/:id/cancel', cancel, async (request, reply) => {
    const { id } = request.params;
    const visitor = await door.visitor(request);
    limit.demand(visitor, request, reply);
    if (visitor.kind === 'customer') {
      const found = await patiently(clock, () => orders.get(`/orders/${id}`, { answer: OrderView }));
      demandOwner(visitor, demandOk(found, orders.name).userId);
    }
    // To cancel twice is to cancel once: the key only says so.
    const call = { answer: CancelAnswer, idempotencyKey: `cancel/${id}` };
    return demandOk(await patiently(clock, () => orders.post(`/orders/${id}/cancel`, {}, call)), orders.name);
  });
}

function customerOf(visitor: Visitor, claimed: string | undefined): string {
  if (visitor.kind === 'anybody') return claimed ?? 'guest';
  if (claimed === undefined || claimed === visitor.id) return visitor.id;
  throw new ShopError('forbidden', `${visitor.id} may not order for ${claimed}`, 'Leave out `userId`.');
}
