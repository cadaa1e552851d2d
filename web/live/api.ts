import {
  CONTROL,
  CompletionSearch,
  ExampleSearch,
  FaultSpec,
  MapSearch,
  ProtectionChange,
  RedSearch,
  ResilienceChange,
  SagaFilter,
  SagaStartInput,
  SCOPE_ID,
  TraceSearch,
} from '@stormglass/agents/contract';
import { z } from 'zod';
import { ATTACH_API } from './attach-api.ts';
import { EDITOR_API } from './editor-api.ts';
import { EVENTS_API } from './events-api.ts';
import { GAMEDAYS_API } from './gamedays-api.ts';
import { RESULTS_API } from './results-api.ts';
import { SCHEDULES_API } from './schedules-api.ts';
import { SHOP_API } from './shop-api.ts';
import { SWEEPS_API } from './sweeps-api.ts';

/**
 * The HTTP API: method, path, what goes in. Every answer that is no 2xx is an ErrorBody. The OpenAPI document at
 * /api/openapi.json is made from this table and from ANSWERS (answers.ts); `web/server/routes` has one handler for each row.
 * GET inputs come from the query string (`q` of a trace search is JSON), others from a JSON body. Rows with
 * `lines` answer with one JSON a line (NDJSON); ANSWERS then has what a line is.
 */
const range = z.object({
  from: z.coerce.number(),
  to: z.coerce.number(),
  /** Seconds of one traffic cell; chosen by the server when absent, so that answers stay bounded. */
  step: z.coerce.number().int().min(1).optional(),
});
const none = z.object({});
const { ids, limit: redriven } = CONTROL['queue.redrive'].input.shape;
const dead = CONTROL['queue.dead'].input.omit({ queue: true });
const scaled = CONTROL['queue.scale'].input.omit({ queue: true });

/** What a person decides about the stuck step of a saga. A retry needs no reason. */
export const SagaDecision = z.object({
  do: z.enum(['retry', 'skip', 'resolve']),
  step: z.string().min(1).max(50),
  reason: z.string().max(300).default(''),
});
export type SagaDecision = z.infer<typeof SagaDecision>;

/** What `saga.start` takes. */
export const SagaTrigger = SagaStartInput;
export type SagaTrigger = SagaStartInput;

export const API = {
  login: {
    method: 'POST',
    path: '/api/login',
    input: z.object({ token: z.string().min(1).max(500) }),
    summary: 'Exchange the login token for an HttpOnly cookie (only when not bound to loopback)',
  },
  health: { method: 'GET', path: '/api/health', input: none, summary: 'Liveness and versions' },
  timeline: { method: 'GET', path: '/api/timeline', input: range, summary: 'Timeline of a past range' },
  services: { method: 'GET', path: '/api/services', input: range, summary: 'Services seen in a range' },
  diagnose: {
    method: 'GET',
    path: '/api/services/:name/diagnose',
    input: none,
    summary: 'What is probably wrong with a service, most probable cause first, with evidence',
  },
  breakers: { method: 'GET', path: '/api/breakers', input: none, summary: 'Breakers, newest sample of each' },
  forceBreaker: {
    method: 'POST',
    path: '/api/breakers/:service/:name/force',
    input: z.object({
      state: z.enum(['open', 'closed', 'reset']),
      forMs: z.number().int().min(100).max(600_000).default(30_000),
    }),
    summary: 'Force a breaker open or closed for a while, or reset it',
  },
  protections: {
    method: 'GET',
    path: '/api/protections',
    input: none,
    summary: 'Protections of every connected instance: which are taken away, and until when',
  },
  setProtection: {
    method: 'POST',
    path: '/api/services/:service/protections/:name',
    input: ProtectionChange.omit({ name: true }),
    summary: 'Take a protection of a service away, for a time or until it is put back; or put it back',
  },
  resilience: {
    method: 'GET',
    path: '/api/services/:service/resilience',
    input: none,
    summary: 'Settings of the peers and databases of a service, by instance',
  },
  setResilience: {
    method: 'POST',
    path: '/api/services/:service/resilience',
    input: ResilienceChange,
    summary: 'Change settings of a peer or database on all instances of a service, while they run',
  },
  queues: { method: 'GET', path: '/api/queues', input: none, summary: 'Queues, newest sample of each' },
  queueConsumers: {
    method: 'GET',
    path: '/api/queues/:queue/consumers',
    input: none,
    summary: 'Instances of services that consume a queue, and how many messages each handles at once',
  },
  scaleQueue: {
    method: 'POST',
    path: '/api/queues/:queue/scale',
    input: scaled,
    summary: 'Set how many messages each consuming instance handles at once; 0 takes none',
  },
  queueAction: {
    method: 'POST',
    path: '/api/queues/:queue/:action',
    input: z.object({ confirm: z.string().optional(), limit: redriven, ids }),
    summary:
      'pause, resume, redrive (all, the `limit` first, or those with these `ids`) or purge (queue name in `confirm`)',
  },
  deadLetters: {
    method: 'GET',
    path: '/api/queues/:queue/dead',
    input: dead,
    summary: 'Dead letters of a queue: the newest `limit` after the `offset` newest',
  },
  sagas: { method: 'GET', path: '/api/sagas', input: SagaFilter, summary: 'Sagas of a range' },
  saga: { method: 'GET', path: '/api/sagas/:id', input: none, summary: 'One saga with its journal' },
  triggerSaga: {
    method: 'POST',
    path: '/api/sagas',
    input: SagaTrigger,
    summary: 'Trigger one or many sagas',
  },
  decideSaga: {
    method: 'POST',
    path: '/api/sagas/:id/interventions',
    input: SagaDecision,
    summary: 'Decide about a stuck step: retry it now, skip it, or say that it is done by hand',
  },
  cancelSaga: { method: 'POST', path: '/api/sagas/:id/cancel', input: none, summary: 'Ask a saga to cancel' },
  faults: {
    method: 'GET',
    path: '/api/faults',
    input: none,
    summary: 'Armed faults and the last ended ones',
  },
  armFault: {
    method: 'POST',
    path: '/api/faults',
    input: z.object({ spec: FaultSpec, dry: z.boolean().default(false) }),
    summary: 'Arm a fault as a lease; `dry` lists the resolved targets only',
  },
  releaseFault: {
    method: 'DELETE',
    path: '/api/faults/:id',
    input: none,
    summary: 'End a fault; answers with the read-back',
  },
  receipts: {
    method: 'GET',
    path: '/api/faults/:id/receipts',
    input: z.object({
      from: z.number(),
      to: z.number(),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
    summary: 'Spans which a fault touched, the newest of the range',
  },
  issueScope: {
    method: 'POST',
    path: '/api/scopes',
    input: z.object({
      /** What the fault's selector names; made up when absent. */
      id: z.string().regex(SCOPE_ID, 'must be 1 to 64 letters, digits, _ or -').optional(),
      forMs: z.number().int().min(1_000).max(86_400_000).default(3_600_000),
      reason: z.string().max(500).optional(),
    }),
    summary: 'Get a signed scope: requests that carry its baggage are the only ones its faults hurt',
  },
  haltState: { method: 'GET', path: '/api/halt', input: none, summary: 'Is chaos halted' },
  halt: {
    method: 'POST',
    path: '/api/halt',
    input: z.object({ reason: z.string().min(1).max(500) }),
    summary: 'Stop all chaos and refuse new faults',
  },
  unhalt: { method: 'DELETE', path: '/api/halt', input: none, summary: 'Allow chaos again' },
  traces: {
    method: 'GET',
    path: '/api/traces',
    input: z.object({ q: z.string() }),
    schema: TraceSearch,
    summary: 'Search traces; `q` is a TraceSearch as JSON',
  },
  trace: {
    method: 'GET',
    path: '/api/traces/:id',
    input: none,
    summary: 'One trace with its logs, at most 20,000 spans (spanCount is exact)',
  },
  traceSpans: {
    method: 'GET',
    path: '/api/traces/:id/spans',
    input: none,
    lines: true,
    summary:
      'One trace of any size, streamed: a line with the exact count, one line a span, its logs and links, a line at the end',
  },
  tracePath: {
    method: 'GET',
    path: '/api/traces/:id/critical-path',
    input: none,
    summary: 'Critical path of one trace of up to 100,000 spans',
  },
  red: {
    method: 'GET',
    path: '/api/red',
    input: RedSearch,
    summary: 'Rate, errors and durations over time, by service, operation or edge',
  },
  map: {
    method: 'GET',
    path: '/api/map',
    input: MapSearch,
    summary: 'Service map of a range; with baseFrom and baseTo what differs from that range',
  },
  examples: {
    method: 'GET',
    path: '/api/examples',
    input: ExampleSearch,
    summary: 'Slowest, failing or newest spans behind a point of a chart',
  },
  attributes: {
    method: 'GET',
    path: '/api/attributes',
    input: CompletionSearch,
    summary: 'Keys of attributes, or values of one key, with counts and types',
  },
  interactions: {
    method: 'GET',
    path: '/api/interactions',
    input: z.object({ from: z.number(), to: z.number() }),
    summary: 'Share of synchronous calls among services, and the longest chain of services that wait',
  },
  invariants: {
    method: 'GET',
    path: '/api/invariants',
    input: z.object({ from: z.number(), to: z.number() }),
    summary: 'Invariants that were checked, and when they were violated',
  },
  changes: {
    method: 'GET',
    path: '/api/changes',
    input: z.object({ from: z.number(), to: z.number() }),
    summary: 'New versions of services, and whether each kept the service levels',
  },
  experiments: {
    method: 'GET',
    path: '/api/experiments',
    input: none,
    summary: 'Experiments that can be run',
  },
  runs: { method: 'GET', path: '/api/runs', input: none, summary: 'Runs, newest first' },
  run: { method: 'GET', path: '/api/runs/:id', input: none, summary: 'One run: events, recovery, verdict' },
  startRun: {
    method: 'POST',
    path: '/api/runs',
    input: z.object({
      experimentId: z.string(),
      seed: z.number().int().min(0).optional(),
      /** Without the protections which the experiment names. */
      unprotected: z.boolean().optional(),
    }),
    summary: 'Start an experiment',
  },
  abortRun: {
    method: 'POST',
    path: '/api/runs/:id/abort',
    input: none,
    summary: 'Abort a run and revert its faults',
  },
  ...RESULTS_API,
  ...EDITOR_API,
  ...SCHEDULES_API,
  ...GAMEDAYS_API,
  ...EVENTS_API,
  ...SWEEPS_API,
  ...SHOP_API,
  breakerProof: {
    method: 'GET',
    path: '/api/breakers/proof',
    input: z.object({
      from: z.number(),
      to: z.number(),
      /** Undisturbed time for the amplification by retries; both or none. */
      baseFrom: z.number().optional(),
      baseTo: z.number().optional(),
    }),
    summary: 'Whether each breaker kept its own specification in a range',
  },
  collector: {
    method: 'GET',
    path: '/api/collector',
    input: none,
    summary: "The collector's own figures since its start: received, rejected, evicted, bytes stored",
  },
  ...ATTACH_API,
  agents: { method: 'GET', path: '/api/agents', input: none, summary: 'Agents and what each can hurt' },
  control: {
    method: 'POST',
    path: '/api/controls/:service/:name',
    input: z.object({ input: z.unknown() }),
    summary: 'Invoke a control of a service',
  },
  audit: {
    method: 'GET',
    path: '/api/audit',
    input: none,
    summary: 'Who did what, when, why, and how it ended',
  },
} as const;
export type ApiName = keyof typeof API;
