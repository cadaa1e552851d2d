import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What a service proves itself with at identity: derived from a secret which only identity and the launcher know, so
 * that a service which loses its own cannot speak for another.
 */
export function clientSecret(root: string, service: string): string {
  return createHmac('sha256', root).update(`client/${service}`).digest('hex');
}

export function isClientSecret(root: string, service: string, given: string): boolean {
  const expected = Buffer.from(clientSecret(root, service));
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
