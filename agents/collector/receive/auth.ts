import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares two secrets in a time that tells nothing about either. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** `authorization: Bearer <key>`; everything is allowed when no key is configured. */
export function isAuthorized(header: string | undefined, key: string | undefined): boolean {
  if (key === undefined) return true;
  const match = /^bearer\s+(.+)$/i.exec(header ?? '');
  return match?.[1] !== undefined && sameSecret(match[1], key);
}
