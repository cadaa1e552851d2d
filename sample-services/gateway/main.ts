import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ShopError } from '../kit/errors.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { type Kit, service } from '../kit/service.ts';
import { CreateOrderRequest, OrdersAnswer, OrderView } from '../orders/api.ts';
import { ShipmentsAnswer } from '../shipping/api.ts';

/** orders answers 4.5 s after the commit at the latest; the rest is its way and its commit. */
const ORDERS_TIMEOUT_MS = 8_000;

const ById = z.object({ id: z.string().regex(/^[\w-]{1,64}$/) });
const PendingOrder = z.object({ orderId: z.string(), sagaId: z.string(), status: z.literal('PENDING') });
const PlacedOrder = z.union([OrderView, PendingOrder]);

/** An order with its shipment; a part that cannot be had is named in `degraded` instead of failing the whole. */
async function assemble(orders: Peer, shipping: Peer, id: string) {
  const [order, shipments] = await Promise.all([
    orders.get(`/orders/${id}`, { answer: OrderView }),
    shipping.get(`/shipments?orderId=${id}`, { answer: ShipmentsAnswer }),
  ]);
  const found = demandOk(order, orders.name);
  if (shipments.kind === 'ok') return { order: found, shipments: shipments.body.shipments, degraded: [] };
  return { order: found, shipments: null, degraded: ['shipping'] };
}

function addRoutes({ app }: Kit, orders: Peer, shipping: Peer): void {
  app.post('/orders', async (request, reply) => {
    const input = CreateOrderRequest.parse(request.body);
    const given = request.headers['idempotency-key'];
    // Without a key of the caller's, ours at least makes our own repetition harmless.
    const idempotencyKey = typeof given === 'string' && given !== '' ? given : randomUUID();
    const outcome = await orders.post('/orders', input, { answer: PlacedOrder, idempotencyKey, attempts: 2 });
    const body = demandOk(outcome, orders.name);
    return reply.status(outcome.kind === 'ok' ? outcome.status : 201).send(body);
  });

  app.get('/orders/:id', async (request) => {
    const parsed = ById.safeParse(request.params);
    if (!parsed.success) throw new ShopError('not_found', 'there is no such order', 'Check the id.');
    return assemble(orders, shipping, parsed.data.id);
  });

  app.get('/orders', async () =>
    demandOk(await orders.get('/orders', { answer: OrdersAnswer }), orders.name),
  );
}

await service({
  name: 'gateway',
  routes: (kit) => {
    addRoutes(kit, kit.peer('orders', { timeoutMs: ORDERS_TIMEOUT_MS }), kit.peer('shipping'));
  },
});
