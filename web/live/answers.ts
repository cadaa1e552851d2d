import {
  AgentHello,
  type AttributeValue,
  BreakerSample,
  BreakerTransition,
  ChangeReport,
  Completion,
  DeadLetter,
  ExamplesAnswer,
  FaultInterval,
  Interactions,
  InvariantReport,
  LeaseEnded,
  ProtectionState,
  QueueSample,
  Receipt,
  RedAnswer,
  ResilienceState,
  SagaEvent,
  SagaStarted,
  type SagaSummary,
  ServiceMap,
  type SpanView,
  Timeline,
  type TraceDetail,
  type TraceLine,
  type TracePath,
  type TraceSummary,
} from '@stormglass/agents/contract';
import { BreakerReport, Diagnosis, ExperimentSpec, Run, RunSummary } from '@stormglass/chaos/contract';
import { z } from 'zod';
import type { ApiName } from './api.ts';
import { ATTACH_ANSWERS } from './attach-answers.ts';
import { CollectorView } from './collector-answers.ts';
import { EDITOR_ANSWERS } from './editor-answers.ts';
import { EVENTS_ANSWERS } from './events-answers.ts';
import { GAMEDAYS_ANSWERS } from './gamedays-answers.ts';
import type { AgentView, HaltState, StoreState } from './protocol.ts';
import { ResolvedTarget } from './resolved-target.ts';
import { RESULTS_ANSWERS } from './results-answers.ts';
import { SCHEDULES_ANSWERS } from './schedules-answers.ts';
import { SHOP_ANSWERS } from './shop-answers.ts';
import { SWEEPS_ANSWERS } from './sweeps-answers.ts';

/**
 * What the 2xx answer of each row of API is. The server checks its handlers against this table at compile time and in a
 * test; browsers import the types only (`Answer<'faults'>`). Instants are epoch milliseconds.
 */
const StoreView = z.object({
  reachable: z.boolean(),
  spoolBytes: z.number().nullable(),
  received: z.number().nullable(),
  rejected: z.number().nullable(),
}) satisfies z.ZodType<StoreState>;

const HaltView = z.object({
  halted: z.boolean(),
  at: z.number().nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  /** Milliseconds from the click to the last effect read back as gone; null without an effect, or while one may be left. */
  lastEffectGoneMs: z.number().nullable(),
  /** Faults whose end is not read back as reverted, so far: an agent is silent or away, or an undo failed. */
  unconfirmed: z.number().int(),
}) satisfies z.ZodType<HaltState>;

const AgentRow = AgentHello.extend({
  connected: z.boolean(),
  lastSeenAt: z.number(),
}) satisfies z.ZodType<AgentView>;

const ServiceRow = z.object({
  service: z.string(),
  /** Server calls and errors in the range. */
  calls: z.number().int(),
  errors: z.number().int(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  operations: z.array(z.string()),
  /** Newest second with telemetry of it. */
  lastSeenAt: z.number(),
  /** Instances whose agent is connected. */
  instances: z.array(z.string()),
});

const BreakerRow = z.object({
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  peer: z.string(),
  sample: BreakerSample.nullable(),
  lastOpening: BreakerTransition.nullable(),
  /** Why it opened last, in words; empty when it did not in the window. */
  why: z.string(),
  /** True when an agent is connected which can force it. */
  forceable: z.boolean(),
});

/** The settings of a service as each of its instances has them now. */
const InstanceSettings = z.object({
  instances: z.array(ResilienceState.extend({ instance: z.string() })),
});

const QueueConsumer = z.object({
  service: z.string(),
  instance: z.string(),
  /** Messages handled at once. */
  concurrency: z.number().int(),
});
const QueueRow = z.object({
  queue: z.string(),
  system: z.string(),
  sample: QueueSample,
  /** Actions a connected agent offers: pause, resume, redrive, purge, scale, dead. */
  actions: z.array(z.string()),
});

const SagaRow = z.object({
  sagaId: z.string(),
  type: z.string(),
  mode: z.string(),
  orderId: z.string(),
  traceId: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  status: z.string(),
  lastStep: z.string(),
  events: z.number(),
  amount: z.number().nullable(),
}) satisfies z.ZodType<SagaSummary>;

const TraceRow = z.object({
  traceId: z.string(),
  startMs: z.number(),
  durationMs: z.number(),
  rootService: z.string(),
  rootName: z.string(),
  spanCount: z.number(),
  errorCount: z.number(),
  services: z.array(z.string()),
  faultIds: z.array(z.string()),
}) satisfies z.ZodType<TraceSummary>;

// Not z.json(): that is recursive, and a $ref inside an OpenAPI document would point nowhere.
const AttributeMap = z.record(
  z.string(),
  z.custom<AttributeValue>(() => true),
);

const SpanRow = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string(),
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer', 'unspecified']),
  startNs: z.string(),
  offsetNs: z.number(),
  durationNs: z.number(),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string(),
  attributes: AttributeMap,
  resource: AttributeMap,
  events: z.array(z.object({ offsetNs: z.number(), name: z.string(), attributes: AttributeMap })),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string(), attributes: AttributeMap })),
}) satisfies z.ZodType<SpanView>;

const TraceView = z.object({
  traceId: z.string(),
  startNs: z.string(),
  durationNs: z.number(),
  spanCount: z.number(),
  truncated: z.boolean(),
  evictedSpans: z.number(),
  spans: z.array(SpanRow),
  logs: z.array(
    z.object({
      offsetNs: z.number(),
      spanId: z.string(),
      service: z.string(),
      severity: z.string(),
      body: z.string(),
      eventName: z.string(),
      attributes: AttributeMap,
    }),
  ),
  linkedTraceIds: z.array(z.string()),
}) satisfies z.ZodType<TraceDetail>;

const TraceLineView = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('trace'),
    traceId: z.string(),
    startNs: z.string(),
    durationNs: z.number(),
    spanCount: z.number(),
  }),
  z.object({ type: z.literal('span'), span: SpanRow }),
  TraceView.pick({ logs: true, linkedTraceIds: true, evictedSpans: true }).extend({
    type: z.literal('context'),
  }),
  z.object({ type: z.literal('end'), spans: z.number() }),
]) satisfies z.ZodType<TraceLine>;

const PathView = z.object({
  traceId: z.string(),
  startNs: z.string(),
  durationNs: z.number(),
  spanCount: z.number(),
  spansRead: z.number(),
  stepCount: z.number(),
  services: z.array(z.object({ service: z.string(), durationNs: z.number() })),
  steps: z.array(
    z.object({
      spanId: z.string(),
      service: z.string(),
      name: z.string(),
      offsetNs: z.number(),
      durationNs: z.number(),
      shiftNs: z.number(),
    }),
  ),
}) satisfies z.ZodType<TracePath>;

/** One line of the append-only audit log. */
export const AuditEntry = z.object({
  seq: z.number().int(),
  at: z.number(),
  /** Who: `person`, `run:<id>`, `hub`. */
  who: z.string(),
  /** What: fault.arm, fault.end, halt, unhalt, run.start, run.end, control, queue.purge, ... */
  what: z.string(),
  /** On what it was done: a fault id, run id, service, queue. */
  subject: z.string(),
  /** The reason somebody gave; empty when none. */
  why: z.string(),
  /** How it went or ended, in words. */
  outcome: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const ANSWERS = {
  login: z.object({ ok: z.literal(true) }),
  health: z.object({
    ok: z.literal(true),
    version: z.string(),
    node: z.string(),
    startedAt: z.number(),
    now: z.number(),
    /** To show people where to send their telemetry; null when the launcher did not say. */
    otlpHttp: z.string().nullable(),
    otlpGrpc: z.string().nullable(),
    agents: z.number().int(),
    dataAt: z.number(),
    store: StoreView,
  }),
  timeline: z.object({ from: z.number(), to: z.number(), stepSeconds: z.number().int(), timeline: Timeline }),
  services: z.object({ services: z.array(ServiceRow) }),
  diagnose: Diagnosis,
  breakers: z.object({ breakers: z.array(BreakerRow) }),
  forceBreaker: z.object({
    /** One answer an agent (instance) that has the breaker. */
    answers: z.array(z.object({ instance: z.string(), state: z.string() })),
  }),
  protections: z.object({
    protections: z.array(ProtectionState.extend({ service: z.string(), instance: z.string() })),
  }),
  /** One answer an instance that has the protection. */
  setProtection: z.object({ answers: z.array(ProtectionState.extend({ instance: z.string() })) }),
  resilience: InstanceSettings,
  setResilience: InstanceSettings,
  queues: z.object({ queues: z.array(QueueRow) }),
  queueConsumers: z.object({ queue: z.string(), consumers: z.array(QueueConsumer) }),
  scaleQueue: z.object({
    queue: z.string(),
    /** As they are now. */
    consumers: z.array(QueueConsumer),
    /** Those that refused or did not answer, which may be as before. */
    missed: z.array(z.object({ service: z.string(), instance: z.string(), message: z.string() })),
  }),
  queueAction: z.object({ queue: z.string(), action: z.string(), result: z.unknown() }),
  deadLetters: z.object({ queue: z.string(), total: z.number().int(), letters: z.array(DeadLetter) }),
  sagas: z.object({ sagas: z.array(SagaRow), truncated: z.boolean() }),
  saga: SagaRow.extend({ journal: z.array(SagaEvent) }),
  triggerSaga: z.object({ service: z.string(), sagas: z.array(SagaStarted) }),
  /** `effect`: compensates, returns, undecided; empty when the service does not say. */
  cancelSaga: z.object({
    sagaId: z.string(),
    status: z.string(),
    effect: z.string(),
    returnSagaId: z.string().nullable(),
  }),
  decideSaga: z.object({ sagaId: z.string(), status: z.string() }),
  /** Active ones first, then the last 200 ended, newest first. */
  faults: z.object({ faults: z.array(FaultInterval) }),
  armFault: z.object({
    /** Null in a dry run. */
    fault: FaultInterval.nullable(),
    targets: z.array(ResolvedTarget).min(1),
  }),
  releaseFault: z.object({ fault: FaultInterval, ends: z.array(LeaseEnded) }),
  /** `baggage` is to be sent as (a member of) the request header of that name. */
  issueScope: z.object({ id: z.string(), expiresAt: z.number(), baggage: z.string() }),
  /** In order of time; `truncated` when older ones of the range are left out. */
  receipts: z.object({ receipts: z.array(Receipt), truncated: z.boolean() }),
  haltState: HaltView,
  halt: z.object({
    state: HaltView,
    answers: z.array(
      z.object({
        agentId: z.string(),
        service: z.string(),
        instance: z.string(),
        ended: z.array(LeaseEnded),
        readBackAt: z.number().nullable(),
        /** Why there is no read-back from this agent; empty when there is. */
        problem: z.string(),
      }),
    ),
  }),
  unhalt: HaltView,
  traces: z.object({ traces: z.array(TraceRow), truncated: z.boolean() }),
  trace: TraceView,
  traceSpans: TraceLineView,
  tracePath: PathView,
  red: RedAnswer,
  map: ServiceMap,
  examples: ExamplesAnswer,
  attributes: Completion,
  interactions: Interactions,
  invariants: InvariantReport,
  changes: ChangeReport,
  experiments: z.object({
    experiments: z.array(z.object({ id: z.string(), spec: ExperimentSpec })),
    /** Files which cannot be run, and why. */
    problems: z.array(z.object({ file: z.string(), message: z.string() })),
  }),
  runs: z.object({ runs: z.array(RunSummary) }),
  run: Run,
  startRun: Run,
  abortRun: Run,
  ...RESULTS_ANSWERS,
  ...EDITOR_ANSWERS,
  ...SCHEDULES_ANSWERS,
  ...GAMEDAYS_ANSWERS,
  ...EVENTS_ANSWERS,
  ...SWEEPS_ANSWERS,
  ...SHOP_ANSWERS,
  breakerProof: BreakerReport,
  agents: z.object({ agents: z.array(AgentRow) }),
  collector: CollectorView,
  ...ATTACH_ANSWERS,
  control: z.object({ result: z.unknown() }),
  /** Newest first, at most 500. */
  audit: z.object({ entries: z.array(AuditEntry) }),
} as const satisfies Record<ApiName, z.ZodType>;
export type Answer<N extends ApiName> = z.infer<(typeof ANSWERS)[N]>;
