import { z } from 'zod';
import type { SagaEvent } from './timeline.ts';

/** Attribute values keep their OTLP type; int64 beyond 2^53 and bytes (base64) come as strings. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | AttributeValue[]
  | { [key: string]: AttributeValue };
export type Attributes = Record<string, AttributeValue>;

/**
 * One span as a person reads it. Instants are nanoseconds since the epoch as decimal strings (exact), offsets and
 * durations are nanoseconds as numbers relative to the trace's start (exact below 104 days).
 */
export interface SpanView {
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  service: string;
  instance: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  startNs: string;
  offsetNs: number;
  durationNs: number;
  status: 'unset' | 'ok' | 'error';
  statusMessage: string;
  attributes: Attributes;
  resource: Attributes;
  events: { offsetNs: number; name: string; attributes: Attributes }[];
  links: { traceId: string; spanId: string; attributes: Attributes }[];
}

export interface LogView {
  offsetNs: number;
  spanId: string;
  service: string;
  severity: string;
  body: string;
  eventName: string;
  attributes: Attributes;
}

export interface TraceDetail {
  traceId: string;
  startNs: string;
  durationNs: number;
  /** Exact, even when `spans` is cut at the limit. */
  spanCount: number;
  truncated: boolean;
  /** Spans that were stored once and that retention has removed. */
  evictedSpans: number;
  spans: SpanView[];
  logs: LogView[];
  /** Trace ids linked to or from here (producer to consumer). */
  linkedTraceIds: string[];
}

export type TraceHead = Pick<TraceDetail, 'traceId' | 'startNs' | 'durationNs' | 'spanCount'>;

/**
 * One line of a trace that is streamed: the head first, with the exact count before any span; every span in order of
 * its start; what belongs to the trace beside its spans; at the end how many were sent (more than in the head when some came in meanwhile). A stream without an end is cut.
 */
export type TraceLine =
  | ({ type: 'trace' } & TraceHead)
  | { type: 'span'; span: SpanView }
  | ({ type: 'context' } & Pick<TraceDetail, 'logs' | 'linkedTraceIds' | 'evictedSpans'>)
  | { type: 'end'; spans: number };

/** The critical path of a trace, on the clock of its main root. Offsets are nanoseconds after the trace's start. */
export interface TracePath {
  traceId: string;
  startNs: string;
  /** As long as the main root. */
  durationNs: number;
  spanCount: number;
  /** Less than `spanCount` where the trace is too large: the path is then of its first spans. */
  spansRead: number;
  stepCount: number;
  /** Time on the path of each service, the longest first. */
  services: { service: string; durationNs: number }[];
  /** The first 10,000; `shiftNs` is what was added to the span's own clock. */
  steps: {
    spanId: string;
    service: string;
    name: string;
    offsetNs: number;
    durationNs: number;
    shiftNs: number;
  }[];
}

export interface TraceSummary {
  traceId: string;
  /** Epoch milliseconds. */
  startMs: number;
  durationMs: number;
  rootService: string;
  rootName: string;
  spanCount: number;
  errorCount: number;
  services: string[];
  /** Fault ids whose receipts it carries. */
  faultIds: string[];
}

const AttributeScalar = z.union([z.string().max(4096), z.number(), z.boolean()]);
export type AttributeScalar = z.infer<typeof AttributeScalar>;

const attribute = {
  key: z.string().min(1).max(512),
  /** Where it stands; absent: on the span, else on its resource. */
  scope: z.enum(['span', 'resource', 'event', 'link']).optional(),
};

/**
 * One condition on an attribute. Values compare by type, too: the number 200 is not the text "200". `!=` wants the
 * attribute to be there; `text` looks for a part of it, in any case.
 */
export const AttributeCondition = z.discriminatedUnion(
  'op',
  [
    z.object({ ...attribute, op: z.enum(['=', '!=']), value: AttributeScalar }),
    z.object({ ...attribute, op: z.enum(['<', '>']), value: z.number() }),
    z.object({ ...attribute, op: z.literal('in'), value: z.array(AttributeScalar).min(1).max(100) }),
    z.object({ ...attribute, op: z.literal('text'), value: z.string().min(1).max(512) }),
    z.object({ ...attribute, op: z.literal('exists') }),
  ],
  { error: 'an attribute is compared by one of =, !=, <, >, in, text, exists' },
);
export type AttributeCondition = z.infer<typeof AttributeCondition>;

/** Search: all given conditions hold for the trace; `attributes` for one span of it. Times epoch ms. */
export const TraceSearch = z.object({
  from: z.number(),
  to: z.number(),
  service: z.string().optional(),
  operation: z.string().optional(),
  minDurationMs: z.number().min(0).optional(),
  maxDurationMs: z.number().min(0).optional(),
  status: z.enum(['any', 'error', 'ok']).default('any'),
  faultId: z.string().optional(),
  attributes: z.array(AttributeCondition).max(10).default([]),
  /**
   * Words which one span must have all, each at any place, in any case: in its service, name, status message, attributes or
   * those of its events.
   */
  text: z.array(z.string().min(1).max(200)).max(5).optional(),
  order: z.enum(['newest', 'slowest']).default('newest'),
  limit: z.number().int().min(1).max(1000).default(100),
});
export type TraceSearch = z.infer<typeof TraceSearch>;

export interface TraceSearchResult {
  traces: TraceSummary[];
  /** True when more matched than `limit`. */
  truncated: boolean;
}

export interface SagaSummary {
  sagaId: string;
  type: string;
  mode: string;
  orderId: string;
  traceId: string;
  startedAt: number;
  endedAt: number | null;
  /** running, compensating, stuck, or the outcome: confirmed, returned, compensated, rejected, failed. */
  status: string;
  lastStep: string;
  events: number;
  amount: number | null;
}

export interface SagaDetail extends SagaSummary {
  journal: SagaEvent[];
}

export const SagaFilter = z.object({
  from: z.number(),
  to: z.number(),
  status: z.string().optional(),
  /** Part of a saga's or order's id. */
  text: z.string().optional(),
  type: z.string().optional(),
  mode: z.string().optional(),
  /** The step it came to last. */
  step: z.string().optional(),
  /** As telemetry has it: in minor units. */
  minAmount: z.number().optional(),
  /** From its start to its end, or to the end of the range while it has none. */
  minDurationMs: z.number().min(0).optional(),
  /** Only those that began before this instant, epoch ms: the next page after the oldest of this one. */
  before: z.number().optional(),
  limit: z.number().int().min(1).max(500).default(100),
});
export type SagaFilter = z.infer<typeof SagaFilter>;
