import { z } from 'zod';
import type { FaultRow } from './row.ts';

/** Whose data is hurt: what goes to the database, broker or service behind the proxy, or what comes back from it. */
const stream = z.enum(['upstream', 'downstream']).default('downstream');
const whole = (most: number) => z.number().int().min(0).max(most);
const ms = whole(600_000).describe('milliseconds');

/** Faults of the network between two processes, injected by the TCP proxy: Toxiproxy's names, units and defaults. */
export const NETWORK_ACTIONS = [
  z.object({ type: z.literal('network_latency'), latency: ms, jitter: ms.default(0), stream }),
  z.object({ type: z.literal('network_bandwidth'), rate: whole(10_000_000).describe('KB/s'), stream }),
  z.object({ type: z.literal('network_slow_close'), delay: ms, stream }),
  /** Data is dropped; the connection is closed after `timeout`, with 0 when the fault ends. */
  z.object({ type: z.literal('network_timeout'), timeout: ms.default(0), stream }),
  z.object({ type: z.literal('network_reset_peer'), timeout: ms.default(0), stream }),
  z.object({
    type: z.literal('network_slicer'),
    average_size: whole(1_000_000).describe('bytes'),
    size_variation: whole(1_000_000).default(0).describe('bytes'),
    delay: whole(600_000_000).default(0).describe('microseconds'),
    stream,
  }),
  z.object({ type: z.literal('network_limit_data'), bytes: whole(1_000_000_000), stream }),
  /** Connections are refused, and those that were there are closed. */
  z.object({ type: z.literal('network_down') }),
  /** Nothing gets through, and nothing is lost: it arrives when the fault ends. */
  z.object({
    type: z.literal('network_partition'),
    stream: z.enum(['both', 'upstream', 'downstream']).default('both'),
  }),
] as const;

const NetworkAction = z.discriminatedUnion('type', NETWORK_ACTIONS);
export type NetworkAction = z.infer<typeof NetworkAction>;
export type NetworkType = NetworkAction['type'];

const row = <Title extends string>(title: Title) =>
  ({ title, targets: ['proxy'], positions: ['before'] }) as const;

/** Their rows of the catalogue. */
export const NETWORK_CATALOGUE = {
  network_latency: row('Network latency'),
  network_bandwidth: row('Network bandwidth'),
  network_slow_close: row('Connection closed slowly'),
  network_timeout: row('Network silent'),
  network_reset_peer: row('Connections reset'),
  network_slicer: row('Data in small pieces'),
  network_limit_data: row('Connection closed after some data'),
  network_down: row('Network down'),
  network_partition: row('Network partition'),
} as const satisfies Record<NetworkType, FaultRow>;

/** A number which a form asks for. */
export interface NetworkParameter {
  name: 'latency' | 'jitter' | 'rate' | 'delay' | 'timeout' | 'average_size' | 'size_variation' | 'bytes';
  label: string;
  unit: string;
  initial: number;
  min: number;
  max: number;
}

const inMs = (name: NetworkParameter['name'], label: string, initial: number): NetworkParameter => ({
  name,
  label,
  unit: 'ms',
  initial,
  min: 0,
  max: 600_000,
});

export const NETWORK_PARAMETERS: Readonly<Record<NetworkType, readonly NetworkParameter[]>> = {
  network_latency: [inMs('latency', 'Delay', 500), inMs('jitter', '±', 0)],
  network_bandwidth: [{ name: 'rate', label: 'Rate', unit: 'KB/s', initial: 10, min: 0, max: 10_000_000 }],
  network_slow_close: [inMs('delay', 'Delay', 2_000)],
  network_timeout: [inMs('timeout', 'Closed after', 0)],
  network_reset_peer: [inMs('timeout', 'After', 0)],
  network_slicer: [
    { name: 'average_size', label: 'Size', unit: 'B', initial: 64, min: 1, max: 1_000_000 },
    { name: 'size_variation', label: '±', unit: 'B', initial: 16, min: 0, max: 1_000_000 },
    { name: 'delay', label: 'Apart', unit: 'µs', initial: 1_000, min: 0, max: 600_000_000 },
  ],
  network_limit_data: [
    { name: 'bytes', label: 'After', unit: 'B', initial: 10_000, min: 0, max: 1_000_000_000 },
  ],
  network_down: [],
  network_partition: [],
};

export function isNetworkType(type: string): type is NetworkType {
  return Object.hasOwn(NETWORK_CATALOGUE, type);
}

export function isNetworkAction<A extends { type: string }>(
  action: A | NetworkAction,
): action is NetworkAction {
  return isNetworkType(action.type);
}

/** An action from what a form holds. */
export function networkAction(type: NetworkType, values: Readonly<Record<string, number>>): NetworkAction {
  const initial = NETWORK_PARAMETERS[type].map((parameter) => [parameter.name, parameter.initial]);
  return NetworkAction.parse({ ...Object.fromEntries(initial), ...values, type });
}

/** `network latency 500 ms ± 20 ms, upstream`. */
export function networkWords(action: NetworkAction): string {
  const given = new Map<string, unknown>(Object.entries(action));
  const figures = NETWORK_PARAMETERS[action.type].flatMap(({ name, label, unit }) => {
    const value = given.get(name);
    if (value === undefined || value === 0) return [];
    return [label === '±' ? `± ${value} ${unit}` : `${value} ${unit}`];
  });
  const side = 'stream' in action && action.stream === 'upstream' ? ', upstream' : '';
  return `${[NETWORK_CATALOGUE[action.type].title.toLowerCase(), ...figures].join(' ')}${side}`;
}
