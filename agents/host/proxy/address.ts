import { lookup } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';

export interface Address {
  host: string;
  port: number;
}

/** `host:port`, `[::1]:port`, `:port`; null when it is none of them. */
export function parseAddress(text: string): Address | null {
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) return null;
  return { host: parts[1] ?? parts[2] ?? '', port };
}

/** A name becomes the IPv4 address it stands for if there is one; nothing stays nothing: every address. */
export async function numeric(host: string): Promise<string | undefined> {
  if (host === '') return undefined;
  const found = await lookup(host, { all: true });
  return (found.find(({ family }) => family === 4) ?? found[0])?.address ?? host;
}

/** `localhost:80` and `127.0.0.1:80` are the same; what cannot be resolved stays as it is. */
export async function resolved(text: string): Promise<string> {
  const address = parseAddress(text);
  if (address === null) return text;
  const host = await numeric(address.host).catch(() => undefined);
  return host === undefined ? text : addressText({ address: host, family: '', port: address.port });
}

export function addressText({ address, port }: AddressInfo): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
