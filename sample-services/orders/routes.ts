import { z } from 'zod';
import { addHistory, type History, offerHistory } from '../events/history.ts';
import type { ShopEvent } from '../events/shop-event.ts';
import { demandKey, IdempotencyHeaders } from '../kit/command.ts';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import type { App } from '../kit/http/route.ts';
import { requireKey } from '../kit/idempotency.ts';
import type { Kit } from '../kit/service.ts';
import { CancelAnswer, CreateOrderRequest, OrdersAnswer, OrderView, PendingOrder } from './api.ts';
import { listOrders, readOrder, readOrderEvents } from './order/read.ts';
import type { SagaEngine } from './saga/port.ts';
import type { Settled } from './settled.ts';

/** How long POST /orders waits for the saga's end, unless it is parked, before it answers 202, ms. */
const ANSWER_WITHIN_MS = 4_500;

const ById = z.object({ id: z.string() });
const Listing = z.object({
  /** Only this user's. */
  userId: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export interface OrderRoutes {
  db: Database;
  engine: SagaEngine;
  settled: Settled;
}

/** All of the service's own routes. */
export function addOrderRoutes(kit: Pick<Kit, 'app' | 'signal'>, parts: OrderRoutes): void {
  addPlacing(kit, parts);
  addReading(kit.app, parts.db);
  addEnding(kit.app, parts);
}

function addPlacing(
  { app, signal }: Pick<Kit, 'app' | 'signal'>,
  { db, engine, settled }: OrderRoutes,
): void {
  const place = {
    schema: {
      summary: 'Place an order; 202 when its end has to be asked for later',
      headers: IdempotencyHeaders,
      body: CreateOrderRequest,
      response: { 201: OrderView, 202: PendingOrder },
    },
    config: { permission: 'orders:place' },
    preValidation: demandKey,
  } as const;
  app.post('/orders', place, async (request, reply) => {
    const input = request.body;
    const key = requireKey(request.headers['idempotency-key']);
    // From here on the order is committed: whatever dies now, it ends confirmed or compensated.
    const { sagaId, orderId, isNew } = await engine.start(input, key);
    const ending = settled.wait(sagaId, ANSWER_WITHIN_MS, signal);
    // A repeated request may be about an order that has ended long ago.
    const before = isNew ? null : await readOrder(db, orderId);
    if (before && before.status !== 'PENDING') return reply.status(201).send(before);
    await ending;
    const order = await readOrder(db, orderId);
    if (!order || order.status === 'PENDING') {
      return reply.status(202).send({ orderId, sagaId, status: 'PENDING' as const });
    }
    return reply.status(201).send(order);
  });
}

function orderHistory(db: Database): History<typeof OrderView> {
  return {
    ...{ path: '/orders', what: 'order', permission: 'orders:read', view: OrderView },
    read: (id, until) => readOrder(db, id, until),
    events: async (id) => (await readOrderEvents(db, id)).map(withoutCard),
  };
}

/** What an order was after each of its events; gives back what withdraws it. */
export function offerOrderHistory(db: Database): () => void {
  return offerHistory(orderHistory(db), async (orderId) => [orderId]);
}

function addReading(app: App, db: Database): void {
  addHistory(app, orderHistory(db));
  const list = {
    schema: { summary: 'The newest orders', querystring: Listing, response: { 200: OrdersAnswer } },
    config: { permission: 'orders:read' },
  } as const;
  app.get('/orders', list, async ({ query }) => ({
    orders: await listOrders(db, query.userId ?? null, query.limit),
  }));
}

function addEnding(app: App, { db, engine }: OrderRoutes): void {
  const cancel = {
    schema: { summary: 'Cancel an order', params: ById, response: { 200: CancelAnswer } },
    config: { permission: 'orders:cancel' },
  } as const;
  app.post('/orders/:id/cancel', cancel, async (request) => {
    const { id } = request.params;
    const order = await readOrder(db, id);
    if (!order) throw new ShopError('not_found', `there is no order ${id}`, 'Check the id.');
    return { orderId: id, sagaId: order.sagaId, ...(await engine.signal(order.sagaId, 'cancel')) };
  });

  const giveBack = {
    schema: { summary: 'Return a confirmed order', params: ById, response: { 200: CancelAnswer } },
    config: { permission: 'orders:cancel' },
  } as const;
  app.post('/orders/:id/return', giveBack, async (request) => {
    const { id } = request.params;
    const order = await readOrder(db, id);
    if (!order) throw new ShopError('not_found', `there is no order ${id}`, 'Check the id.');
    return { orderId: id, sagaId: order.sagaId, ...(await engine.signal(order.sagaId, 'return')) };
  });
}

function withoutCard(event: ShopEvent) {
  if (event.type !== 'ORDER_CREATED') return event;
  const { sealedCard, ...data } = event.data;
  return { ...event, data };
}
