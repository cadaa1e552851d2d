import type { FastifyRequest } from 'fastify';
import { ShopError } from '../kit/errors.ts';
import { bearerOf } from '../kit/http/guard.ts';
import { CUSTOMER_AUDIENCE, UserClaims } from '../kit/identity/claims.ts';
import type { Kit } from '../kit/service.ts';

/** Who stands at the door: a customer who has logged in, or anybody. */
export type Visitor = { kind: 'customer'; id: string } | { kind: 'anybody' };

/** Tells who makes a request. With SHOP_REQUIRE_LOGIN=on anybody is nobody. */
export class Door {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async visitor(request: Pick<FastifyRequest, 'headers'>): Promise<Visitor> {
    const { env, identity } = this.#kit;
    const required = env.SHOP_REQUIRE_LOGIN === 'on';
    if (request.headers.authorization === undefined && !required) return { kind: 'anybody' };
    const token = bearerOf(request);
    if (identity === null) {
      throw new ShopError('unavailable', 'there is no identity to check tokens', 'Set IDENTITY_URL.');
    }
    const claims = UserClaims.safeParse(await identity.keys.verify(token, CUSTOMER_AUDIENCE));
    if (claims.success) return { kind: 'customer', id: claims.data.sub };
    throw new ShopError('unauthenticated', 'this token is no customer’s', 'Log in by POST /login.');
  }
}

/** Where the newest orders that he may see are listed by each service that lists them: a customer sees his own. */
export function listsFor(visitor: Visitor): { orders: string; orderview: string } {
  if (visitor.kind === 'anybody') return { orders: '/orders', orderview: '/orders/recent' };
  const id = encodeURIComponent(visitor.id);
  return { orders: `/orders?userId=${id}`, orderview: `/users/${id}/orders` };
}

/** Refuses a customer who asks for what belongs to another; in the words for what does not exist. */
export function demandOwner(visitor: Visitor, owner: string): void {
  if (visitor.kind === 'anybody' || visitor.id === owner) return;
  throw new ShopError('not_found', 'you have no such order', 'Check the id.');
}
