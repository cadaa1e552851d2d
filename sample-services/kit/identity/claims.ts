import { z } from 'zod';
import { PERMISSIONS } from './permissions.ts';

export const ISSUER = 'stormglass-identity';
export const ALGORITHM = 'ES256';
/** Audience of customers' tokens. */
export const CUSTOMER_AUDIENCE = 'gateway';

/** Permissions in a token, separated by spaces (RFC 8693); unknown ones, of a newer identity, are left out. */
const Scope = z.string().transform((text) => {
  const named = new Set(text.split(' '));
  return new Set(PERMISSIONS.filter((permission) => named.has(permission)));
});

/** A service's token: good for one audience. */
export const ServiceClaims = z.object({ sub: z.string(), kind: z.literal('service'), scope: Scope });
export type ServiceClaims = z.output<typeof ServiceClaims>;

/** A customer's token. */
export const UserClaims = z.object({ sub: z.string(), kind: z.literal('user'), name: z.string() });
export type UserClaims = z.output<typeof UserClaims>;
