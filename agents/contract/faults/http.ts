import { z } from 'zod';
import { described, quantity } from './parameter.ts';
import type { FaultRow } from './row.ts';

const MAX_MS = 600_000;

const Latency = z
  .object({
    type: z.literal('latency'),
    ms: quantity(0, MAX_MS, {
      title: 'Delay',
      unit: 'ms',
      about: 'The delay; of a distribution its median (p50).',
    }).default(1000),
    distribution: described(z.enum(['fixed', 'uniform', 'normal', 'pareto']).default('uniform'), {
      title: 'Distribution',
      about: 'How delays spread. Uniform without jitter is fixed.',
    }),
    jitterMs: quantity(0, MAX_MS, {
      title: 'Jitter',
      unit: 'ms',
      about: 'Half the width of a uniform distribution, the standard deviation of a normal one.',
      when: { name: 'distribution', is: ['uniform', 'normal'] },
    }).default(0),
    p99Ms: quantity(1, MAX_MS, {
      title: 'p99',
      unit: 'ms',
      about: 'Of a Pareto distribution: 99 % of the delays are shorter.',
      when: { name: 'distribution', is: ['pareto'] },
    }).optional(),
  })
  .refine((a) => a.distribution !== 'pareto' || (a.p99Ms !== undefined && a.ms > 0 && a.p99Ms > a.ms), {
    path: ['p99Ms'],
    message: 'a Pareto distribution needs ms (p50) above 0 ms, and p99Ms above ms',
  });

const HeaderMap = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/),
    z
      .string()
      .max(1000)
      .regex(/^[^\r\n\0]*$/),
  )
  .refine((headers) => Object.keys(headers).length <= 20, 'at most 20 headers');

const ErrorAnswer = z.object({
  type: z.literal('error'),
  status: quantity(400, 599, { title: 'Status', about: 'HTTP status of the answer.' }).default(503),
  body: described(z.string().max(4096).default('{"error":"injected by stormglass"}'), {
    title: 'Body',
    about: 'Sent as JSON unless the headers say otherwise.',
    long: true,
  }),
  headers: described(HeaderMap.default({}), {
    title: 'Headers',
    about: 'JSON object of the headers which the answer gets besides, `{"retry-after": "5"}`.',
  }),
  code: described(
    z
      .string()
      .regex(/^([A-Z][A-Z0-9_]{1,60})?$/, 'must be a code in capitals, such as ECONNREFUSED')
      .default(''),
    {
      title: 'Exception code',
      about: 'Throw an exception of this code (`ECONNREFUSED`, `ETIMEDOUT`) instead of answering.',
    },
  ),
  message: described(z.string().max(500).default('injected by stormglass'), {
    title: 'Message',
    about: 'Message of the exception.',
  }),
});

/** Of calls, at who answers them or at who makes them. */
export const HTTP_ACTIONS = [
  Latency,
  ErrorAnswer,
  z.object({ type: z.literal('hang') }),
  /** A real TCP RST where this process is the server; the same error where it is the client. */
  z.object({ type: z.literal('reset') }),
  z.object({
    type: z.literal('throttle'),
    bytesPerSecond: quantity(1, 1_000_000_000, {
      title: 'Rate',
      unit: 'bytes/s',
      about: "Most bytes of the reply's body a second.",
    }).default(10_240),
  }),
  z.object({
    type: z.literal('truncate'),
    afterBytes: quantity(0, 1_000_000_000, {
      title: 'Cut after',
      unit: 'bytes',
      about: "Bytes of the reply's body which still arrive; then the connection ends.",
    }).default(10),
  }),
  z.object({
    type: z.literal('corrupt'),
    patch: described(z.record(z.string(), z.unknown()).default({}), {
      title: 'Merge patch',
      about: 'JSON merge patch (RFC 7396) on a JSON reply: `null` removes a field.',
    }),
  }),
] as const;

export type CallAction = z.infer<(typeof HTTP_ACTIONS)[number]>;
export type CallFaultType = CallAction['type'];
export const CALL_FAULTS: readonly CallFaultType[] = HTTP_ACTIONS.map(({ shape }) => shape.type.value);

export const HTTP_CATALOGUE = {
  latency: {
    title: 'Latency',
    about: 'The call, or its reply, waits.',
    targets: ['service', 'edge', 'point'],
    positions: ['before', 'after', 'duplicate'],
    perCall: true,
  },
  error: {
    title: 'Error answer',
    about: 'An error is answered, or thrown, in place of the real reply.',
    targets: ['service', 'edge', 'point'],
    positions: ['before', 'after', 'late'],
    perCall: true,
  },
  hang: {
    title: 'Hang',
    about: 'No reply until the fault ends or the caller gives up.',
    targets: ['service', 'edge', 'point'],
    positions: ['before', 'after', 'late'],
    perCall: true,
  },
  reset: {
    title: 'Connection reset',
    about: 'A real TCP RST by a service; the same error at the caller of an edge.',
    targets: ['service', 'edge'],
    positions: ['before', 'after', 'late'],
    perCall: true,
  },
  throttle: {
    title: 'Throttled reply',
    about: "The reply's body comes slowly.",
    targets: ['service', 'edge'],
    positions: ['after'],
    perCall: true,
  },
  truncate: {
    title: 'Truncated reply',
    about: 'The connection ends in the middle of the reply.',
    targets: ['service', 'edge'],
    positions: ['after'],
    perCall: true,
  },
  corrupt: {
    title: 'Corrupt reply',
    about: 'A JSON reply says something else. Replies that are no JSON, are encoded or are over 4 MiB pass.',
    targets: ['service', 'edge'],
    positions: ['after'],
    perCall: true,
  },
} as const satisfies Record<CallFaultType, FaultRow>;
