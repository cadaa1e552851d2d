import type { FastifyRequest } from 'fastify';
import { ShopError } from '../errors.ts';
import { ServiceClaims } from '../identity/claims.ts';
import type { KeySet } from '../identity/key-set.ts';
import type { App } from './route.ts';

/** Demands on each route a token of a service which may do what the route asks for. */
export function addGuard(app: App, service: string, keys: KeySet): void {
  app.addHook('onRequest', async (request) => {
    const { permission } = request.routeOptions.config;
    // Absent on the answer to an unknown address.
    if (permission === undefined || permission === 'open') return;
    const claims = ServiceClaims.safeParse(await keys.verify(bearerOf(request), service));
    request.caller = claims.data?.sub ?? null;
    if (claims.data?.scope.has(permission)) return;
    const who = claims.data?.sub ?? 'a customer';
    throw new ShopError('forbidden', `${who} may not ${permission}`, 'Ask for this permission at identity.');
  });
}

/** The bearer token of a request, or the refusal that it has none. */
export function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token !== undefined) return token;
  throw new ShopError(
    'unauthenticated',
    'the request has no bearer token',
    'Send one of identity in the header Authorization.',
  );
}
