import type { IncomingHttpHeaders } from 'node:http';
import { StormglassError } from '@stormglass/agents/contract';
import { isLoopback } from '../env.ts';

export interface OriginPolicy {
  /** Bound to this machine only: there is no login, so the Host header must name this machine. */
  loopback: boolean;
  /** Further host names (without port) by which people reach this server. */
  allowedHosts: readonly string[];
}

/**
 * Keeps other web pages away from the API and the sockets, whatever the browser attaches by itself:
 * - Host: on loopback it must be a loopback name (any port, so that tunnels work), else an attacker's DNS name that
 *   resolves to 127.0.0.1 would be "same origin" (DNS rebinding). On other binds the login does that, since a cookie
 *   belongs to its host name; `allowedHosts`, when given, narrows it further.
 * - Origin: when there is one, its host and port must be those of Host. Another port of localhost is foreign.
 * - No Origin: curl, the CLI and agents send none, and neither does a browser's own GET; a browser then says
 *   Sec-Fetch-Site, which must be `same-origin` or `none` (typed address).
 */
export function checkOrigin(headers: IncomingHttpHeaders, policy: OriginPolicy): void {
  const host = parseHost(headers.host);
  if (!host || !hostAllowed(host.hostname, policy)) {
    throw new StormglassError(
      'forbidden_origin',
      `this dashboard is not known as ${headers.host ?? 'a host without name'}`,
      'Use the printed address, or add the name to STORMGLASS_ALLOWED_HOSTS.',
    );
  }
  if (headers.origin !== undefined) {
    if (originHost(headers.origin) !== host.host) throw foreign(headers.origin);
    return;
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw foreign(`a ${String(site)} page`);
}

function hostAllowed(name: string, policy: OriginPolicy): boolean {
  if (policy.allowedHosts.some((allowed) => allowed.toLowerCase() === name)) return true;
  if (policy.loopback) return isLoopback(name);
  return policy.allowedHosts.length === 0 || isLoopback(name);
}

function parseHost(header: string | undefined): URL | null {
  if (header === undefined || /[/@\\?#\s]/.test(header)) return null;
  return URL.parse(`http://${header}`);
}

function originHost(origin: string): string | null {
  const url = URL.parse(origin);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  // Behind a TLS proxy the scheme differs from ours and 443 is left out on both sides.
  return url.host;
}

function foreign(who: string): StormglassError {
  return new StormglassError(
    'forbidden_origin',
    `requests from ${who.slice(0, 200)} are refused`,
    'Call the API from the dashboard itself, or from a program that sends no Origin header.',
  );
}
