import { z } from 'zod';
import { type Clock, systemClock } from '../kit/clock.ts';
import type { App } from '../kit/http/route.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { PeerOutcome } from '../kit/peer/outcome.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { OrdersAnswer, OrderView } from '../orders/api.ts';
import { OrderDetails } from '../orderview/model/details.ts';
import { ShipmentsAnswer } from '../shipping/api.ts';
import { AssembledOrder, ById, CanaryHeaders } from './api.ts';
import { type Door, demandOwner, listsFor } from './customer.ts';
import { patiently } from './patience.ts';
import type { RateLimit } from './rate-limit.ts';
import { cookieOf, type Split } from './split.ts';

const CANARY_COOKIE = 'canary';
const UserAnswer = z.object({ id: z.string(), name: z.string() });

export interface OrderPageParts {
  door: Door;
  limit: RateLimit;
  orders: Peer;
  shipping: Peer;
  /** Null: this installation has none, and nobody misses its part. */
  identity: Peer | null;
  orderview: Peer | null;
  canary: Split<'v1' | 'v2'>;
  clock?: Clock;
}

/** Everything about one order in one answer, put together from the services which own its parts. */
export function addOrderPage(app: App, parts: OrderPageParts): void {
  const { door, limit, orders, canary, clock = systemClock } = parts;
  const one = {
    schema: {
      summary: 'An order with its customer, its parcel and, in variant v2, all that happened to it',
      tags: ['orders'],
      params: ById,
      headers: CanaryHeaders,
      response: { 200: AssembledOrder },
    },
    config: { permission: 'open' },
  } as const;
  app.get('/orders/:id', one, async (request, reply) => {
    const visitor = await door.visitor(request);
    limit.demand(visitor, request, reply);
    const who = visitor.kind === 'customer' ? visitor.id : undefined;
    const header = request.headers['x-canary'];
    const cookie = cookieOf(request.headers.cookie, CANARY_COOKIE);
    const { variant } = canary.choose({
      ...(header === undefined ? {} : { header }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(who === undefined ? {} : { who }),
    });
    // Whoever came without a cookie stays with the variant he got.
    if (cookie === undefined) reply.header('set-cookie', `${CANARY_COOKIE}=${variant}; Path=/; SameSite=Lax`);
    reply.header('x-variant', variant);
    const page = await assemble(parts, clock, request.params.id, variant);
    demandOwner(visitor, page.order.userId);
    return page;
  });

  const list = {
    schema: { summary: 'The newest orders', tags: ['orders'], response: { 200: OrdersAnswer } },
    config: { permission: 'open' },
  } as const;
  app.get('/orders', list, async (request, reply) => {
    const visitor = await door.visitor(request);
    limit.demand(visitor, request, reply);
    const found = await patiently(clock, () =>
      orders.get(listsFor(visitor).orders, { answer: OrdersAnswer }),
    );
    return demandOk(found, orders.name);
  });
}

/** A part that cannot be had is named in `degraded` instead of failing the whole; without the order there is no whole. */
async function assemble(
  { orders, shipping, identity, orderview }: OrderPageParts,
  clock: Clock,
  id: string,
  variant: 'v1' | 'v2',
): Promise<AssembledOrder> {
  const degraded: string[] = [];
  const part = async <T, U>(
    peer: Peer | null,
    ask: (peer: Peer) => Promise<PeerOutcome<T>>,
    take: (body: T) => U,
  ) => {
    if (peer === null) return null;
    const outcome = await ask(peer);
    if (outcome.kind === 'ok') return take(outcome.body);
    degraded.push(peer.name);
    return null;
  };
  const whole = patiently(clock, () => orders.get(`/orders/${id}`, { answer: OrderView }));
  const [order, shipments, details] = await Promise.all([
    whole,
    part(
      shipping,
      (peer) => peer.get(`/shipments?orderId=${id}`, { answer: ShipmentsAnswer }),
      (body) => body.shipments,
    ),
    part(
      variant === 'v2' ? orderview : null,
      (peer) => peer.get(`/orders/${id}`, { answer: OrderDetails }),
      (body) => body,
    ),
  ]);
  const found = demandOk(order, orders.name);
  const path = `/users/${encodeURIComponent(found.userId)}`;
  const user = await part(
    identity,
    (peer) => peer.get(path, { answer: UserAnswer, fallback: true }),
    (body) => body,
  );
  return { order: found, user, shipments, details, degraded };
}
