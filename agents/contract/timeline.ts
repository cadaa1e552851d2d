import { z } from 'zod';
import { ProcessEvent } from './channel.ts';
import { FaultSpec } from './fault.ts';
import { LeaseEndReason } from './lease.ts';
import { BREAKER_STATES } from './telemetry.ts';

/**
 * The timeline is what every page, the recovery computation and the run reports are made from: traffic per second,
 * transitions, samples and fault bars of one time range on one clock. The collector emits its increments live; its
 * queries build the same shape from the tables; `mergeTimeline` adds one to the other.
 * All instants are epoch milliseconds of the observed moment, all durations milliseconds unless the name says else.
 */

const SketchSchema = z.array(z.tuple([z.number().int(), z.number().int()]));

/**
 * Traffic of one second on one key (`cellKey`). `server`: work of a service by operation. The other kinds are the
 * caller's view: `client` a call to peer, `db` a statement to its database, `producer` a message into queue `peer`,
 * `consumer` a message out of it. `service` is always the one that emitted the span.
 */
export const TrafficCell = z.object({
  /** Epoch seconds; the first one when the cell covers more (step > 1). */
  second: z.number().int(),
  kind: z.enum(['server', 'client', 'db', 'producer', 'consumer']),
  service: z.string(),
  /** Callee, database or queue; empty for `server`. */
  peer: z.string(),
  /** `POST /orders` for `server`; empty else. */
  operation: z.string(),
  calls: z.number().int(),
  errors: z.number().int(),
  /** Calls which carry the receipt of a fault. */
  receipts: z.number().int(),
  durations: SketchSchema,
});
export type TrafficCell = z.infer<typeof TrafficCell>;

/** One breaker as its agent last reported it; counts are those of the interval since the previous sample. */
export const BreakerSample = z.object({
  at: z.number(),
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  peer: z.string(),
  state: z.enum(BREAKER_STATES),
  success: z.number().int(),
  failure: z.number().int(),
  timeout: z.number().int(),
  rejected: z.number().int(),
  /** 0..1 over the breaker's own window; null when it has no calls. */
  failureRatio: z.number().nullable(),
  /** Milliseconds until it probes; null unless open. */
  resetRemainingMs: z.number().nullable(),
  /** Opens above this ratio, from this many calls on. */
  threshold: z.number().nullable(),
  volume: z.number().nullable(),
});
export type BreakerSample = z.infer<typeof BreakerSample>;

export const BreakerTransition = z.object({
  at: z.number(),
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  peer: z.string(),
  from: z.enum(BREAKER_STATES),
  to: z.enum(BREAKER_STATES),
  reason: z.string(),
  windowCalls: z.number().int(),
  /** All that failed, those by timeout included. */
  windowFailures: z.number().int(),
  /** Among the failures. */
  windowTimeouts: z.number().int(),
  windowSeconds: z.number(),
  threshold: z.number(),
  volume: z.number().int(),
  resetTimeoutMs: z.number(),
  /** The call that tripped it; empty when none did. */
  traceId: z.string(),
});
export type BreakerTransition = z.infer<typeof BreakerTransition>;

export const QueueSample = z.object({
  at: z.number(),
  system: z.string(),
  queue: z.string(),
  ready: z.number().int(),
  delayed: z.number().int(),
  /** Null where the broker does not say. */
  inFlight: z.number().int().nullable(),
  dead: z.number().int(),
  oldestAgeMs: z.number().nullable(),
  /** Messages since the previous sample. */
  enqueued: z.number().int(),
  dequeued: z.number().int(),
  redelivered: z.number().int(),
  consumers: z.number().int().nullable(),
  /** Delivery to all consumers was stopped; null where the broker does not say. */
  paused: z.boolean().nullable(),
});
export type QueueSample = z.infer<typeof QueueSample>;

export const INVARIANT_STATUSES = ['ok', 'pending', 'unknown', 'violated'] as const;

/**
 * One invariant as its auditor last judged it; `pending` while what it is about is still in flight, `unknown` while the
 * auditor cannot see what it needs.
 */
export const InvariantSample = z.object({
  at: z.number(),
  service: z.string(),
  id: z.string(),
  status: z.enum(INVARIANT_STATUSES),
});
export type InvariantSample = z.infer<typeof InvariantSample>;

export const SagaEvent = z.object({
  at: z.number(),
  /** One of EVENT.saga*, without the `saga.` prefix: started, step_intent, step_completed, ... completed. */
  event: z.string(),
  sagaId: z.string(),
  type: z.string(),
  mode: z.string(),
  service: z.string(),
  orderId: z.string(),
  step: z.string(),
  kind: z.enum(['action', 'compensate', '']),
  attempt: z.number().int(),
  epoch: z.number().int(),
  owner: z.string(),
  key: z.string(),
  /** For `completed`: confirmed, returned, compensated, rejected, failed. Else empty. */
  outcome: z.string(),
  detail: z.string(),
  traceId: z.string(),
});
export type SagaEvent = z.infer<typeof SagaEvent>;

/** A fault as it really was: `firstEffectAt` is the first receipt, `endedAt` the read-back, both null until seen. */
export const FaultInterval = z.object({
  faultId: z.string(),
  runId: z.string().nullable(),
  owner: z.string(),
  spec: FaultSpec,
  armedAt: z.number(),
  /** When it ends by itself, at the latest. */
  expiresAt: z.number(),
  firstEffectAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  endReason: LeaseEndReason.nullable(),
  readBack: z.string().nullable(),
  reverted: z.boolean().nullable(),
  injections: z.number().int(),
});
export type FaultInterval = z.infer<typeof FaultInterval>;

/** A span touched by a fault. The live view keeps the newest few hundred; counts are in the cells. */
export const Receipt = z.object({
  at: z.number(),
  faultId: z.string(),
  runId: z.string(),
  faultType: z.string(),
  service: z.string(),
  operation: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  injectedMs: z.number(),
});
export type Receipt = z.infer<typeof Receipt>;

export const Timeline = z.object({
  traffic: z.array(TrafficCell),
  breakers: z.array(BreakerSample),
  transitions: z.array(BreakerTransition),
  queues: z.array(QueueSample),
  invariants: z.array(InvariantSample),
  sagas: z.array(SagaEvent),
  faults: z.array(FaultInterval),
  receipts: z.array(Receipt),
  processes: z.array(ProcessEvent),
});
export type Timeline = z.infer<typeof Timeline>;

export function emptyTimeline(): Timeline {
  return {
    traffic: [],
    breakers: [],
    transitions: [],
    queues: [],
    invariants: [],
    sagas: [],
    faults: [],
    receipts: [],
    processes: [],
  };
}

export function cellKey(c: TrafficCell): string {
  return `${c.second}|${c.kind}|${c.service}|${c.peer}|${c.operation}`;
}

/** What the collector says on its live stream (NDJSON), one line a flush. */
export const LiveLine = z.object({
  /** Newest instant of telemetry in it, epoch ms. */
  dataAt: z.number(),
  traffic: z.array(TrafficCell),
  breakers: z.array(BreakerSample),
  transitions: z.array(BreakerTransition),
  queues: z.array(QueueSample),
  invariants: z.array(InvariantSample),
  sagas: z.array(SagaEvent),
  receipts: z.array(Receipt),
});
export type LiveLine = z.infer<typeof LiveLine>;
