import { networkInterfaces } from 'node:os';

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** How a process of this machine reaches what listens on `host`. */
export function insideUrl(host: string, port: number): string {
  return urlOf(isWildcard(host) ? '127.0.0.1' : host, port);
}

/** How people reach what listens on `host`: for a wildcard the machine's first outward IPv4 address. */
export function outsideUrl(host: string, port: number): string {
  if (!isWildcard(host)) return urlOf(host, port);
  const outward = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  return urlOf(outward?.address ?? '127.0.0.1', port);
}
