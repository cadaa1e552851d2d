/**
 * Every name which Stormglass emits or reads (TELEMETRY.md section 2), in one place.
 * OpenTelemetry has no convention for breakers, sagas, faults or queue depth; these follow its style.
 */
export const METRIC = {
  breakerState: 'resilience.circuit_breaker.state',
  breakerCalls: 'resilience.circuit_breaker.calls',
  breakerCallDuration: 'resilience.circuit_breaker.call.duration',
  breakerFailureRatio: 'resilience.circuit_breaker.failure.ratio',
  breakerResetRemaining: 'resilience.circuit_breaker.reset.remaining',
  breakerFallbacks: 'resilience.circuit_breaker.fallbacks',
  retryAttempts: 'resilience.retry.attempts',
  rateLimiterDecisions: 'resilience.rate_limiter.decisions',
  bulkheadUsed: 'resilience.bulkhead.slots.used',
  bulkheadLimit: 'resilience.bulkhead.slots.limit',
  bulkheadQueue: 'resilience.bulkhead.queue.size',
  outlierEjected: 'resilience.outlier.ejected',
  /** Calls of ours in progress at each instance of a peer: what least-request balancing goes by. */
  callsInFlight: 'resilience.calls.in_flight',
  /** Of the resilience settings in force, whichever it is: told when they change, and every half minute. */
  resilienceSetting: 'resilience.setting',
  httpConnections: 'http.client.open_connections',
  /** Calls that wait for a connection. */
  httpPending: 'http.client.pending_requests',
  /** 1 while a protection works, 0 while it is taken away on purpose. */
  protectionStatus: 'stormglass.protection.status',
  dbConnections: 'db.client.connection.count',
  dbConnectionsMax: 'db.client.connection.max',
  dbConnectionsPending: 'db.client.connection.pending_requests',
  queueMessages: 'messaging.queue.message.count',
  queueOldestAge: 'messaging.queue.oldest_message.age',
  queueRedeliveries: 'messaging.queue.redeliveries',
  queueDeadLetters: 'messaging.queue.dead_letters',
  queueEnqueued: 'messaging.queue.enqueued',
  queueDequeued: 'messaging.queue.dequeued',
  queueConsumers: 'messaging.queue.consumers',
  queuePaused: 'messaging.queue.paused',
  outboxPending: 'messaging.outbox.pending',
  outboxOldestAge: 'messaging.outbox.oldest.age',
  inboxDuplicates: 'messaging.inbox.duplicates',
  /** Fencing token of a lease, from whoever holds it. */
  leaseEpoch: 'stormglass.lease.epoch',
  sagaActive: 'stormglass.saga.active',
  sagaStarted: 'stormglass.saga.started',
  sagaCompleted: 'stormglass.saga.completed',
  sagaDuration: 'stormglass.saga.duration',
  sagaStepDuration: 'stormglass.saga.step.duration',
  sagaCompensations: 'stormglass.saga.compensations',
  invariantStatus: 'stormglass.invariant.status',
  /** Facts that were found wrong, each counted once. */
  invariantViolations: 'stormglass.invariant.violations',
  /** From the end of a saga to the moment from which all books agree. */
  sagaTimeToConsistency: 'stormglass.saga.time_to_consistency',
  /** From an event to when a read model has it. */
  projectionLag: 'stormglass.projection.lag',
  chaosInjections: 'stormglass.chaos.injections',
  /** Scopes on requests that were not obeyed. */
  scopesRefused: 'stormglass.chaos.scopes.refused',
  /** Seconds for which a service's token for an audience is still good. */
  tokenRemaining: 'stormglass.identity.token.remaining',
  /** 1 while the last known instances of a peer are used because the registry says nothing of it. */
  discoveryStale: 'stormglass.discovery.stale',
  loadRequests: 'stormglass.load.requests',
  loadLatency: 'stormglass.load.latency',
} as const;

/** Breaker attributes on metrics and events. */
export const BREAKER_ATTR = {
  name: 'resilience.circuit_breaker.name',
  state: 'resilience.circuit_breaker.state',
  outcome: 'resilience.circuit_breaker.outcome',
  from: 'resilience.circuit_breaker.state.from',
  to: 'resilience.circuit_breaker.state.to',
  reason: 'resilience.circuit_breaker.reason',
  /** Window counts at the moment of the transition. */
  windowCalls: 'resilience.circuit_breaker.window.calls',
  windowFailures: 'resilience.circuit_breaker.window.failures',
  windowTimeouts: 'resilience.circuit_breaker.window.timeouts',
  windowSeconds: 'resilience.circuit_breaker.window.seconds',
  /** Ratio 0..1 above which it opens, and the fewest calls for which it may. */
  threshold: 'resilience.circuit_breaker.threshold',
  volume: 'resilience.circuit_breaker.volume',
  /** Seconds it stays open before it probes. */
  resetTimeout: 'resilience.circuit_breaker.reset.timeout',
} as const;

export const BREAKER_STATES = ['closed', 'open', 'half_open', 'forced_open', 'disabled'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

export const BREAKER_OUTCOMES = ['success', 'failure', 'timeout', 'rejected', 'bulkhead_rejected'] as const;
export type BreakerOutcome = (typeof BREAKER_OUTCOMES)[number];

/** Of calls to a peer that are repeated, held back, sent elsewhere or answered from memory. */
export const RESILIENCE_ATTR = {
  /** Name of the peer whose rules they are. */
  policy: 'resilience.policy',
  /** Of a repetition: what came of it. */
  result: 'resilience.result',
  /** On the span of a call which got the last good answer instead of a fresh one, and how old that is in seconds. */
  stale: 'resilience.fallback.stale',
  staleAge: 'resilience.fallback.age',
  instance: 'resilience.outlier.instance',
  /** Of calls in flight: to which instance of the peer. */
  target: 'resilience.instance',
  /** What a setting is of (`peer`, `database` or `rateLimit`), its name there, and the unit of its value. */
  settingOf: 'resilience.setting.of',
  setting: 'resilience.setting.name',
  unit: 'resilience.setting.unit',
  /** Errors in a row, and for how many seconds it is left out. */
  errors: 'resilience.outlier.errors',
  ejectedFor: 'resilience.outlier.duration',
  /** State of a database connection (idle, used), and the pool it belongs to. */
  connectionState: 'db.client.connection.state',
  /** Of an HTTP connection: active or idle. */
  httpConnectionState: 'http.connection.state',
  pool: 'db.client.connection.pool.name',
} as const;

export const PROTECTION_ATTR = {
  name: 'stormglass.protection.name',
  reason: 'stormglass.protection.reason',
  /** Epoch milliseconds at which it comes back by itself. */
  until: 'stormglass.protection.until',
} as const;

export const IDENTITY_ATTR = { audience: 'stormglass.identity.audience' } as const;

export const SAGA_ATTR = {
  id: 'saga.id',
  type: 'saga.type',
  mode: 'saga.mode',
  step: 'saga.step',
  /** action or compensate */
  kind: 'saga.step.kind',
  attempt: 'saga.attempt',
  epoch: 'saga.epoch',
  owner: 'saga.owner',
  outcome: 'saga.outcome',
  key: 'idempotency.key',
  detail: 'saga.detail',
  order: 'order.id',
  amount: 'order.amount',
} as const;

/** Log records with these event names are telemetry events; they are flushed within 100 ms. */
export const EVENT = {
  breakerOpened: 'circuit_breaker.opened',
  breakerHalfOpened: 'circuit_breaker.half_opened',
  breakerClosed: 'circuit_breaker.closed',
  breakerForcedOpen: 'circuit_breaker.forced_open',
  breakerDisabled: 'circuit_breaker.disabled',
  messageDeadLettered: 'message.dead_lettered',
  messageRedriven: 'message.redriven',
  sagaStarted: 'saga.started',
  sagaStepIntent: 'saga.step_intent',
  sagaStepCompleted: 'saga.step_completed',
  sagaStepFailed: 'saga.step_failed',
  sagaStepAmbiguous: 'saga.step_ambiguous',
  sagaCompensationStarted: 'saga.compensation_started',
  sagaCompensated: 'saga.compensated',
  sagaCancelRequested: 'saga.cancel_requested',
  sagaOverdue: 'saga.overdue',
  sagaStuck: 'saga.stuck',
  /** What a person decided about a stuck step. */
  sagaRetried: 'saga.retried',
  sagaSkipped: 'saga.skipped',
  sagaResolved: 'saga.resolved',
  sagaTakeover: 'saga.takeover',
  sagaCompleted: 'saga.completed',
  faultArmed: 'chaos.fault.armed',
  faultInjected: 'chaos.fault.injected',
  faultExpired: 'chaos.fault.expired',
  faultReverted: 'chaos.fault.reverted',
  outlierEjected: 'outlier.ejected',
  outlierReturned: 'outlier.returned',
  protectionRemoved: 'protection.removed',
  protectionRestored: 'protection.restored',
  invariantViolated: 'invariant.violated',
  invariantRestored: 'invariant.restored',
  invariantAcknowledged: 'invariant.acknowledged',
} as const;

/** The event which says that a breaker has come into a state. */
export const BREAKER_EVENT: Readonly<Record<BreakerState, string>> = {
  closed: EVENT.breakerClosed,
  open: EVENT.breakerOpened,
  half_open: EVENT.breakerHalfOpened,
  forced_open: EVENT.breakerForcedOpen,
  disabled: EVENT.breakerDisabled,
};
export type EventName = (typeof EVENT)[keyof typeof EVENT];

/** Receipt of an injected effect, on the exact span (or message) it touched. Duration in seconds. */
export const RECEIPT_ATTR = {
  faultId: 'chaos.fault.id',
  runId: 'chaos.run.id',
  faultType: 'chaos.fault.type',
  position: 'chaos.position',
  duration: 'chaos.injected.duration',
} as const;

/** Why a scope was not obeyed. */
export const SCOPE_ATTR = { reason: 'stormglass.scope.refusal' } as const;

/** Of the invariant's status points and events: what an auditor checks, and what it found. */
export const INVARIANT_ATTR = {
  id: 'invariant.id',
  status: 'invariant.status',
  detail: 'invariant.detail',
} as const;

/** Under this name the operations and peers of a service, and services, are counted which are more than their bound. */
export const OVERFLOW_NAME = '{overflow}';

/** OpenTelemetry semantic conventions that we read and write; old spellings second. */
export const SEMCONV = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceInstance: 'service.instance.id',
  /** The system which a service belongs to: a call to one of another is a call to the outside. */
  serviceNamespace: 'service.namespace',
  peerService: ['peer.service', 'service.peer.name'],
  route: ['http.route'],
  method: ['http.request.method', 'http.method'],
  status: ['http.response.status_code', 'http.status_code'],
  serverAddress: ['server.address', 'net.peer.name', 'http.host'],
  serverPort: ['server.port', 'net.peer.port'],
  dbSystem: ['db.system.name', 'db.system'],
  dbNamespace: ['db.namespace', 'db.name'],
  messagingSystem: ['messaging.system'],
  destination: ['messaging.destination.name', 'messaging.destination'],
  conversation: ['messaging.message.conversation_id'],
} as const;
