import { z } from 'zod';
import { BySku, Product, ProductsAnswer } from '../catalog/api.ts';
import { ShopError } from '../kit/errors.ts';
import type { App } from '../kit/http/route.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { LinesAnswer } from '../orderview/api.ts';
import { ById } from './api.ts';
import type { Door } from './customer.ts';
import type { RateLimit } from './rate-limit.ts';

/** `self`: only the customer whose id is in the path, if he has logged in. */
export type Access = 'anybody' | 'self';

/** A path that is answered by one service as it is. */
export interface Route {
  path: string;
  service: 'catalog' | 'orderview';
  access: Access;
  summary: string;
  params: z.ZodObject | null;
  answer: z.ZodType;
  /** While its service is away, an older answer will do. */
  fallback: boolean;
}

export const ROUTES: readonly Route[] = [
  {
    path: '/products',
    service: 'catalog',
    access: 'anybody',
    summary: 'Everything that is sold',
    params: null,
    answer: ProductsAnswer,
    fallback: true,
  },
  {
    path: '/products/:sku',
    service: 'catalog',
    access: 'anybody',
    summary: 'One product with its price',
    params: BySku,
    answer: Product,
    fallback: true,
  },
  {
    path: '/users/:id/orders',
    service: 'orderview',
    access: 'self',
    summary: 'Orders of a customer, newest first',
    params: ById,
    answer: LinesAnswer,
    fallback: false,
  },
];

interface TableParts {
  door: Door;
  limit: RateLimit;
  /** Null: this installation has none of that name. */
  peers: Readonly<Record<Route['service'], Peer | null>>;
}

/** Passes reads on by the table. An older answer is marked by the header Age, in seconds. */
export function addRoutingTable(app: App, { door, limit, peers }: TableParts): void {
  for (const route of ROUTES) {
    const peer = peers[route.service];
    if (peer === null) continue;
    const { summary, params, answer, fallback } = route;
    const schema = {
      ...{ summary, tags: [route.service], response: { 200: answer } },
      ...(params === null ? {} : { params }),
    };
    app.get(route.path, { schema, config: { permission: 'open' } }, async (request, reply) => {
      const visitor = await door.visitor(request);
      const named = z.record(z.string(), z.string()).catch({}).parse(request.params);
      limit.demand(visitor, request, reply);
      if (route.access === 'self' && visitor.kind === 'customer' && named.id !== visitor.id) {
        throw new ShopError('forbidden', 'this is another customer’s', 'Ask for your own.');
      }
      const outcome = await peer.get(request.url, { answer, fallback });
      if (outcome.kind === 'ok' && outcome.stale)
        reply.header('age', String(Math.ceil(outcome.ageMs / 1_000)));
      return demandOk(outcome, peer.name);
    });
  }
}
