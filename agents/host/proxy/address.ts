import { lookup } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';
import { ApiError } from './errors.ts';

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

/** What is wrong with an address that is none, as Go says it. */
export function addressProblem(text: string): string {
  const port = /:(\d+)$/.exec(text)?.[1];
  return port === undefined ? `address ${text}: missing port in address` : `address ${port}: invalid port`;
}

/** `localhost:80` and `127.0.0.1:80` are the same; throws when it is no address. */
export async function resolved(text: string): Promise<string> {
  const address = parseAddress(text);
  if (address === null) throw new ApiError(addressProblem(text), 500);
  const host = await numeric(address.host).catch(() => {
    throw new ApiError(`lookup ${address.host}: no such host`, 500);
  });
  return addressText({ address: host ?? '', family: '', port: address.port });
}

export function addressText({ address, port }: AddressInfo): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
