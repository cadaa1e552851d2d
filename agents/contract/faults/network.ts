import { z } from 'zod';
import { described, quantity } from './parameter.ts';
import type { FaultRow } from './row.ts';

const SIDE = {
  title: 'Direction',
  about:
    'Upstream: what goes to the database, broker or service behind the proxy; downstream: what comes back.',
};
const stream = described(z.enum(['downstream', 'upstream']).default('downstream'), SIDE);
const ms = (title: string, about: string) => quantity(0, 600_000, { title, unit: 'ms', about });

/** Faults of the network between two processes, injected by the TCP proxy: Toxiproxy's names and units. */
export const NETWORK_ACTIONS = [
  z.object({
    type: z.literal('network_latency'),
    latency: ms('Delay', 'Each piece of data arrives so much later.').default(500),
    jitter: ms('Jitter', 'Delays differ by at most so much.').default(0),
    stream,
  }),
  z.object({
    type: z.literal('network_bandwidth'),
    rate: quantity(0, 10_000_000, { title: 'Rate', unit: 'KB/s' }).default(10),
    stream,
  }),
  z.object({
    type: z.literal('network_slow_close'),
    delay: ms('Delay', 'The end of a connection arrives so much later.').default(2_000),
    stream,
  }),
  z.object({
    type: z.literal('network_timeout'),
    timeout: ms(
      'Closed after',
      'Data is dropped, and the connection closed after it; 0: when the fault ends.',
    ).default(0),
    stream,
  }),
  z.object({
    type: z.literal('network_reset_peer'),
    timeout: ms('After', 'Connections are reset (RST) so long after they began.').default(0),
    stream,
  }),
  z.object({
    type: z.literal('network_slicer'),
    average_size: quantity(1, 1_000_000, { title: 'Size', unit: 'bytes' }).default(64),
    size_variation: quantity(0, 1_000_000, { title: 'Variation', unit: 'bytes' }).default(16),
    delay: quantity(0, 600_000_000, { title: 'Apart', unit: 'us' }).default(1_000),
    stream,
  }),
  z.object({
    type: z.literal('network_limit_data'),
    bytes: quantity(0, 1_000_000_000, { title: 'Closed after', unit: 'bytes' }).default(10_000),
    stream,
  }),
  z.object({ type: z.literal('network_down') }),
  z.object({
    type: z.literal('network_partition'),
    stream: described(z.enum(['both', 'upstream', 'downstream']).default('both'), SIDE),
  }),
] as const;

export type NetworkAction = z.infer<(typeof NETWORK_ACTIONS)[number]>;
type NetworkType = NetworkAction['type'];

const row = <const Title extends string>(title: Title, about: string) =>
  ({ title, about, targets: ['proxy'], positions: ['before'] }) as const;

export const NETWORK_CATALOGUE = {
  network_latency: row('Network latency', 'Data arrives later.'),
  network_bandwidth: row('Network bandwidth', 'Data arrives slowly.'),
  network_slow_close: row('Connection closed slowly', 'The end of a connection arrives later.'),
  network_timeout: row('Network silent', 'Data is dropped; nobody is told.'),
  network_reset_peer: row('Connections reset', 'Connections end by a real RST.'),
  network_slicer: row('Data in small pieces', 'Data arrives cut into pieces.'),
  network_limit_data: row('Connection closed after some data', 'Connections end after so many bytes.'),
  network_down: row('Network down', 'Connections are refused, and those that were there are closed.'),
  network_partition: row(
    'Network partition',
    'Nothing gets through, and nothing is lost: it arrives when the fault ends.',
  ),
} as const satisfies Record<NetworkType, FaultRow>;

export function isNetworkAction<A extends { type: string }>(
  action: A | NetworkAction,
): action is NetworkAction {
  return Object.hasOwn(NETWORK_CATALOGUE, action.type);
}
