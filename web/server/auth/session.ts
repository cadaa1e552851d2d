import { createHmac } from 'node:crypto';
import { sameSecret } from './secret.ts';

const COOKIE = 'stormglass_session';
const LIFE_MS = 7 * 86_400_000;

/**
 * The login cookie: `<expiry>.<HMAC of it under the login token>`. Nothing is stored, so a restart keeps people logged
 * in and a new token logs everybody out.
 */
export function issueCookie(token: string, now: number, secure: boolean): string {
  const expiry = String(now + LIFE_MS);
  const flags = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${LIFE_MS / 1000}${secure ? '; Secure' : ''}`;
  return `${COOKIE}=${expiry}.${seal(token, expiry)}; ${flags}`;
}

export function cookieIsValid(header: string | undefined, token: string, now: number): boolean {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name !== COOKIE || value === undefined) continue;
    const [expiry, mac] = value.split('.', 2);
    if (expiry === undefined || mac === undefined || !/^\d{1,16}$/.test(expiry)) continue;
    if (sameSecret(mac, seal(token, expiry)) && Number(expiry) > now) return true;
  }
  return false;
}

function seal(token: string, expiry: string): string {
  return createHmac('sha256', token).update(`stormglass session ${expiry}`).digest('base64url');
}
