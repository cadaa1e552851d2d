import { createHmac } from 'node:crypto';
import { lookup } from 'node:dns';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { DashboardEvent } from '@stormglass/chaos/contract';

const TIMEOUT_MS = 10_000;
/** Of an answer, as much as a log needs. */
const READ_BYTES = 500;

/** Where the machines of cloud providers hand out their own credentials; no receiver lives there. */
const REFUSED = new BlockList();
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
// Those of them that are not link-local: Alibaba Cloud, Azure, Amazon, Google.
REFUSED.addAddress('100.100.100.200', 'ipv4');
REFUSED.addAddress('168.63.129.16', 'ipv4');
REFUSED.addAddress('fd00:ec2::254', 'ipv6');
REFUSED.addAddress('fd20:ce::254', 'ipv6');

export interface Answered {
  /** Null without an answer. */
  status: number | null;
  /** Its beginning, or what went wrong. */
  answer: string;
}

/** `t=<epoch seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`: a receiver can refuse what is old, or not ours. */
export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/**
 * Posts an event once; never throws. A redirect is an answer like any other and not followed, and a name that leads to a
 * link-local address, or another one of a cloud's metadata, is refused when the connection is made, so that a name that changes its mind does not help.
 */
export function postEvent(
  to: { url: string; secret: string },
  event: DashboardEvent,
  now: number,
  signal: AbortSignal,
): Promise<Answered> {
  const body = JSON.stringify(event);
  const url = new URL(to.url);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && isRefused(literal)) return Promise.resolve(refused(literal));
  return new Promise((resolve) => {
    const call = (url.protocol === 'https:' ? secureRequest : request)(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'stormglass',
          'x-stormglass-event': event.type,
          'x-stormglass-delivery': String(event.seq),
          'x-stormglass-signature': signature(to.secret, Math.floor(now / 1000), body),
        },
        lookup: safeLookup,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        agent: false,
      },
      (response) => {
        let answer = '';
        const done = () =>
          resolve({ status: response.statusCode ?? null, answer: answer.slice(0, READ_BYTES) });
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          answer += chunk;
          if (answer.length >= READ_BYTES) response.destroy();
        });
        response.on('close', done);
        response.on('error', done);
      },
    );
    call.on('error', (error) => resolve({ status: null, answer: error.message }));
    call.end(body);
  });
}

const safeLookup: LookupFunction = (name, options, give) => {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error) return give(error, '', 0);
    const bad = addresses.find(({ address }) => isRefused(address));
    if (bad !== undefined) return give(new Error(refused(bad.address).answer), '', 0);
    if (options.all) return give(null, addresses);
    const [first] = addresses;
    if (first === undefined) return give(new Error(`${name} has no address`), '', 0);
    give(null, first.address, first.family);
  });
};

/** An IPv4 address written as an IPv6 one is checked as what it is. */
function isRefused(address: string): boolean {
  return REFUSED.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const refused = (address: string): Answered => ({
  status: null,
  answer: `${address} is a link-local or cloud metadata address, which is not called`,
});
