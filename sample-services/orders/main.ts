import { z } from 'zod';
import { NOTIFICATIONS } from '../events/notifications.ts';
import { demandKey, IdempotencyHeaders } from '../kit/command.ts';
import type { Database } from '../kit/database.ts';
import { ShopError } from '../kit/errors.ts';
import { requireKey } from '../kit/idempotency.ts';
import { startOutboxRelay } from '../kit/outbox.ts';
import { type Kit, service } from '../kit/service.ts';
import { CancelAnswer, CreateOrderRequest, OrdersAnswer, OrderView, PendingOrder } from './api.ts';
import { registerSagaControls, unsupportedMode } from './controls.ts';
import { listOrders, readOrder } from './order-book.ts';
import { openSagaEngine } from './saga/open.ts';
import type { SagaEngine } from './saga/port.ts';
import { addSagaRoutes } from './saga/routes.ts';
import { ORDERS_SCHEMA } from './schema.ts';
import { Settled } from './settled.ts';

/** How long POST /orders waits for the saga's end, unless it is parked, before it answers 202, ms. */
const ANSWER_WITHIN_MS = 4_500;

const ById = z.object({ id: z.string() });
const Listing = z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) });

function addOrderRoutes({ app, signal }: Kit, db: Database, engine: SagaEngine, settled: Settled): void {
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
    if (input.mode !== 'orchestrated') throw unsupportedMode(input.mode);
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

  const one = {
    schema: { summary: 'One order', params: ById, response: { 200: OrderView } },
    config: { permission: 'orders:read' },
  } as const;
  app.get('/orders/:id', one, async (request) => {
    const { id } = request.params;
    const order = await readOrder(db, id);
    if (order) return order;
    throw new ShopError('not_found', `there is no order ${id}`, 'Check the id.');
  });

  const list = {
    schema: { summary: 'The newest orders', querystring: Listing, response: { 200: OrdersAnswer } },
    config: { permission: 'orders:read' },
  } as const;
  app.get('/orders', list, async (request) => ({ orders: await listOrders(db, request.query.limit) }));

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

await service({
  name: 'orders',
  protections: ['fencing', 'journal-resume', 'register-before', 'idempotency-keys', 'hardened-saga'],
  routes: (kit) => {
    const { log } = kit;
    const db = kit.database(ORDERS_SCHEMA, 12);
    const broker = kit.broker();
    const engine = openSagaEngine(kit, db);
    const settled = new Settled(engine);
    const relay = startOutboxRelay({ db, broker, queues: [NOTIFICATIONS], log });
    // A saga's end has put a message into the outbox: no need to wait for the next round.
    const nudge = engine.on('transition', ({ outcome }) => {
      if (outcome !== null) relay.nudge();
    });
    kit.onStop(() => relay.stop());
    kit.onStop(async () => {
      nudge();
      settled.close();
      await engine.close();
    });
    kit.onStop(registerSagaControls(engine));
    addOrderRoutes(kit, db, engine, settled);
    addSagaRoutes(kit.app, engine);
  },
});
