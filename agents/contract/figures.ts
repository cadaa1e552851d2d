import { z } from 'zod';

/**
 * Answers made from what the store adds up as spans come in (traffic per second and key), so they are exact over any
 * range. Instants are epoch milliseconds, rates per second, ratios 0..1.
 */
const TRAFFIC_KINDS = ['server', 'client', 'db', 'producer', 'consumer'] as const;
const TrafficKind = z.enum(TRAFFIC_KINDS);

/** Calls of one key in one stretch of time. Quantiles are null without a call. */
const figures = {
  calls: z.number().int(),
  errors: z.number().int(),
  /** Calls which carry the receipt of a fault. */
  receipts: z.number().int(),
  rate: z.number(),
  errorRatio: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
};
export const CallFigures = z.object(figures);
export type CallFigures = z.infer<typeof CallFigures>;

/** Levels that each service is held to; under `fewestCalls` a share says nothing. */
export const SERVICE_LEVELS = { p95Ms: 500, availability: 0.999, fewestCalls: 20 } as const;

export const RedSearch = z.object({
  from: z.number(),
  to: z.number(),
  /** Seconds of a point; chosen by the server when absent, so that the answer stays bounded. */
  step: z.number().int().min(1).optional(),
  /** What one series is: a service, an operation of a service, or an edge from a service to a peer. */
  by: z.enum(['service', 'operation', 'edge']).default('service'),
  service: z.string().optional(),
  operation: z.string().optional(),
  peer: z.string().optional(),
  /** The busiest so many. */
  limit: z.number().int().min(1).max(200).default(50),
});
export type RedSearch = z.infer<typeof RedSearch>;

export const RedSeries = z.object({
  kind: TrafficKind,
  service: z.string(),
  /** Empty unless `by` is `edge`. */
  peer: z.string(),
  /** Empty unless `by` is `operation`. */
  operation: z.string(),
  /** Over the whole range. */
  total: CallFigures,
  /** Steps with a call, in order of time; `at` is the start of the step. */
  points: z.array(z.object({ at: z.number(), ...figures })),
});
export type RedSeries = z.infer<typeof RedSeries>;

export const RedAnswer = z.object({
  from: z.number(),
  to: z.number(),
  stepSeconds: z.number().int(),
  series: z.array(RedSeries),
  /** How many there are; more than `series` when cut at the limit. */
  seriesCount: z.number().int(),
});
export type RedAnswer = z.infer<typeof RedAnswer>;

export const MapSearch = z.object({
  from: z.number(),
  to: z.number(),
  /** The range to compare with; both or none. */
  baseFrom: z.number().optional(),
  baseTo: z.number().optional(),
});
export type MapSearch = z.infer<typeof MapSearch>;

/** Now minus base. Null where one of the two has no calls to say it from. */
const Delta = z.object({
  rate: z.number(),
  errorRatio: z.number().nullable(),
  p95Ms: z.number().nullable(),
});
export type Delta = z.infer<typeof Delta>;

/** `base` and `delta` are null without a range to compare with; an absent side has no calls. */
const compared = { now: CallFigures, base: CallFigures.nullable(), delta: Delta.nullable() };

export const ServiceMap = z.object({
  nodes: z.array(
    z.object({
      name: z.string(),
      /** `peer` is called by a service and sent no span itself. */
      kind: z.enum(['service', 'database', 'queue', 'peer']),
      /** What it served; for all but services what its callers saw. */
      ...compared,
    }),
  ),
  edges: z.array(
    z.object({
      kind: TrafficKind.exclude(['server']),
      /** Who emitted the spans. Messages flow from `peer` to `service` where the kind is `consumer`. */
      service: z.string(),
      peer: z.string(),
      ...compared,
    }),
  ),
});
export type ServiceMap = z.infer<typeof ServiceMap>;

export const ExampleSearch = z.object({
  from: z.number(),
  to: z.number(),
  kind: TrafficKind.default('server'),
  service: z.string(),
  peer: z.string().optional(),
  operation: z.string().optional(),
  want: z.enum(['slowest', 'failing', 'newest']).default('slowest'),
  limit: z.number().int().min(1).max(100).default(10),
});
export type ExampleSearch = z.infer<typeof ExampleSearch>;

/** A span behind a point of a chart. */
export const Example = z.object({
  traceId: z.string(),
  spanId: z.string(),
  service: z.string(),
  operation: z.string(),
  peer: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  durationMs: z.number(),
  error: z.boolean(),
  statusMessage: z.string(),
  /** Empty when no fault touched it. */
  faultId: z.string(),
});
export type Example = z.infer<typeof Example>;

export const ExamplesAnswer = z.object({
  examples: z.array(Example),
  /** Spans behind the point that are as wanted; more than `examples` when cut at the limit. */
  matching: z.number().int(),
});
export type ExamplesAnswer = z.infer<typeof ExamplesAnswer>;

const SCOPES = ['span', 'resource', 'event', 'link'] as const;
const TYPES = ['string', 'int', 'double', 'bool', 'json', 'bytes', 'empty'] as const;

export const CompletionSearch = z.object({
  from: z.number(),
  to: z.number(),
  scope: z.enum(SCOPES).default('span'),
  service: z.string().optional(),
  /** Values of this key; absent: the keys. */
  key: z.string().min(1).max(512).optional(),
  /** What was typed so far; found at any place, in any case. */
  text: z.string().max(512).default(''),
  limit: z.number().int().min(1).max(500).default(50),
});
export type CompletionSearch = z.infer<typeof CompletionSearch>;

export const Completion = z.object({
  /** The commonest first; counts are of the spans that were read. */
  entries: z.array(z.object({ text: z.string(), type: z.enum(TYPES), count: z.number().int() })),
  /** How many there are; more than `entries` when cut at the limit. */
  found: z.number().int(),
  /** Spans in the range, and how many of them were read: one in `oneIn`, chosen by their start. */
  spans: z.number().int(),
  read: z.number().int(),
  oneIn: z.number().int(),
});
export type Completion = z.infer<typeof Completion>;

/** How services depend on each other, over the spans of a range. */
export const Interactions = z.object({
  /** Calls to another service that wait for the answer, and messages sent. */
  synchronous: z.number().int(),
  asynchronous: z.number().int(),
  /** Null without an interaction. */
  synchronousRatio: z.number().nullable(),
  /**
   * Those of `synchronous` which leave the caller's system: both services name a `service.namespace`, and not the same. Who
   * names none is taken to be inside.
   */
  outward: z.number().int(),
  /** The share without them; null when nothing is left. */
  insideRatio: z.number().nullable(),
  /** Services that wait for each other, caller first; empty when no trace was read. */
  longestChain: z.array(z.string()),
  longestChainTraceId: z.string(),
  /** About how many traces the range has, and how many the chain was looked for in: one in `oneIn`, chosen by their id. */
  traces: z.number().int(),
  tracesRead: z.number().int(),
  oneIn: z.number().int(),
});
export type Interactions = z.infer<typeof Interactions>;

/** How far faults reached: requests and messages whose span carries a receipt or descends from one that does. */
export const Reach = z.object({
  /** All that services served and handled in the range. */
  requests: z.number().int(),
  /** With a receipt of their own, and only by descent; estimates when `oneIn` is more than 1. */
  hurt: z.number().int(),
  descended: z.number().int(),
  /** Traces that were looked through: one in `oneIn` of those with a receipt, and those which link to them. */
  tracesRead: z.number().int(),
  oneIn: z.number().int(),
});
export type Reach = z.infer<typeof Reach>;

/** What auditors said of a range. */
export const InvariantReport = z.object({
  /** Ids of the invariants which were checked in it; without any, nothing is known. */
  checked: z.array(z.string()),
  /** The newest ones, oldest first; `restoredAt` null: still violated at the end of the range. */
  violations: z.array(
    z.object({
      ...{ id: z.string(), at: z.number(), restoredAt: z.number().nullable() },
      ...{ service: z.string(), detail: z.string(), traceId: z.string() },
    }),
  ),
  truncated: z.boolean(),
});
export type InvariantReport = z.infer<typeof InvariantReport>;

/** Versions of services that were seen for the first time in a range, each with its service before and after. */
export const ChangeReport = z.object({
  changes: z.array(
    z.object({
      ...{ service: z.string(), from: z.string(), to: z.string(), at: z.number() },
      before: CallFigures,
      after: CallFigures,
      /** Failed: a level which held before does not after. Unknown: too few calls on either side, or broken already. */
      verdict: z.enum(['held', 'failed', 'unknown']),
    }),
  ),
  /** Of the changes that could be judged; null without one. */
  failureRatio: z.number().nullable(),
  /** More versions came than were judged. */
  truncated: z.boolean(),
});
export type ChangeReport = z.infer<typeof ChangeReport>;
