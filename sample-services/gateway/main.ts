import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { type Kit, service } from '../kit/service.ts';
import { CreateOrderRequest, OrdersAnswer, OrderView, PendingOrder } from '../orders/api.ts';
import { ShipmentsAnswer, ShipmentView } from '../shipping/api.ts';

/** orders answers 4.5 s after the commit at the latest; the rest is its way and its commit. */
const ORDERS_TIMEOUT_MS = 8_000;

const ById = z.object({ id: z.string().regex(/^[\w-]{1,64}$/) });
/** Loose: a request has other headers, too. */
const OptionalKey = z.looseObject({ 'idempotency-key': z.string().min(1).max(255).optional() });
const PlacedOrder = z.union([OrderView, PendingOrder]);
/** `degraded` names the services whose part is missing. */
const AssembledOrder = z.object({
  order: OrderView,
  shipments: z.array(ShipmentView).nullable(),
  degraded: z.array(z.string()),
});

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
  const place = {
    schema: {
      summary: 'Place an order; 202 when its end has to be asked for later',
      headers: OptionalKey,
      body: CreateOrderRequest,
      response: { 201: OrderView, 202: PendingOrder },
    },
    config: { permission: 'open' },
  } as const;
  app.post('/orders', place, async (request, reply) => {
    // Without a key of the caller's, ours at least makes our own repetition harmless.
    const idempotencyKey = request.headers['idempotency-key'] ?? randomUUID();
    const call = { answer: PlacedOrder, idempotencyKey, attempts: 2 };
    const body = demandOk(await orders.post('/orders', request.body, call), orders.name);
    return 'createdAt' in body ? reply.status(201).send(body) : reply.status(202).send(body);
  });

  const one = {
    schema: { summary: 'An order with its parcel', params: ById, response: { 200: AssembledOrder } },
    config: { permission: 'open' },
  } as const;
  app.get('/orders/:id', one, (request) => assemble(orders, shipping, request.params.id));

  const list = {
    schema: { summary: 'The newest orders', response: { 200: OrdersAnswer } },
    config: { permission: 'open' },
  } as const;
  app.get('/orders', list, async () =>
    demandOk(await orders.get('/orders', { answer: OrdersAnswer }), orders.name),
  );
}

await service({
  name: 'gateway',
  routes: (kit) => {
    addRoutes(kit, kit.peer('orders', { timeoutMs: ORDERS_TIMEOUT_MS }), kit.peer('shipping'));
  },
});
