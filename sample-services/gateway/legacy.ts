import type { z } from 'zod';
import type { App } from '../kit/http/route.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { OrdersAnswer } from '../orders/api.ts';
import { LinesAnswer } from '../orderview/api.ts';
import { LegacyOrder, LegacyOrders } from './api.ts';
import { type Door, listsFor } from './customer.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Split } from './split.ts';

export type Source = 'orders' | 'orderview';

export interface LegacyParts {
  door: Door;
  limit: RateLimit;
  orders: Peer;
  orderview: Peer;
  /** How much of the old page's reading the new service has taken over. */
  strangler: Split<Source>;
}

/** The old shop's list of orders, which orderview takes over bit by bit; the answer is the same from either. */
export function addLegacy(app: App, { door, limit, orders, orderview, strangler }: LegacyParts): void {
  const list = {
    schema: {
      summary: 'The newest orders, as the old shop lists them',
      tags: ['legacy'],
      response: { 200: LegacyOrders },
    },
    config: { permission: 'open' },
  } as const;
  app.get('/legacy/orders', list, async (request, reply) => {
    const visitor = await door.visitor(request);
    limit.demand(visitor, request, reply);
    const { variant } = strangler.choose({});
    const from = listsFor(visitor);
    const newer =
      variant === 'orderview' ? await orderview.get(from.orderview, { answer: LinesAnswer }) : null;
    // Until everything has moved, the old service answers for the new one.
    const source: Source = newer?.kind === 'ok' ? 'orderview' : 'orders';
    reply.header('x-served-by', source);
    if (newer?.kind === 'ok') return { orders: legacy(newer.body.orders) };
    const old = demandOk(await orders.get(from.orders, { answer: OrdersAnswer }), orders.name);
    return { orders: legacy(old.orders) };
  });
}

type Listed =
  | z.output<typeof LinesAnswer>['orders'][number]
  | z.output<typeof OrdersAnswer>['orders'][number];

/** Orders of which not everything has been heard yet are left out: the old page cannot show them. */
function legacy(orders: readonly Listed[]): LegacyOrder[] {
  return orders.flatMap((order) => {
    const parsed = LegacyOrder.safeParse(order);
    return parsed.success ? [parsed.data] : [];
  });
}
