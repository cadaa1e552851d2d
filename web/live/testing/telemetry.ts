import {
  type BreakerSample,
  type BreakerState,
  type BreakerTransition,
  type FaultInterval,
  type QueueSample,
  type SagaEvent,
  sketchIndex,
  type TrafficCell,
} from '@stormglass/agents/contract';

/** Ten good calls of orders in one second, 40 ms each. */
export function trafficCell(change: Partial<TrafficCell> = {}): TrafficCell {
  return {
    second: 1_800_000_000,
    kind: 'server',
    service: 'orders',
    peer: '',
    operation: 'POST /orders',
    calls: 10,
    errors: 0,
    receipts: 0,
    durations: [[sketchIndex(40), 10]],
    ...change,
  };
}

/** A report of the breaker orders -> payments: closed, and nothing went through it. */
export function breakerSample(at: number, change: Partial<BreakerSample> = {}): BreakerSample {
  return {
    at,
    service: 'orders',
    instance: 'orders-1',
    name: 'payments',
    peer: 'payments',
    state: 'closed',
    success: 0,
    failure: 0,
    timeout: 0,
    rejected: 0,
    failureRatio: null,
    resetRemainingMs: null,
    threshold: 0.5,
    volume: 10,
    ...change,
  };
}

/** The same breaker moves: 28 of 55 calls timed out. */
export function breakerMove(
  at: number,
  from: BreakerState,
  to: BreakerState,
  change: Partial<BreakerTransition> = {},
): BreakerTransition {
  return {
    at,
    service: 'orders',
    instance: 'orders-1',
    name: 'payments',
    peer: 'payments',
    from,
    to,
    reason: '',
    windowCalls: 55,
    windowFailures: 28,
    windowTimeouts: 28,
    windowSeconds: 10,
    threshold: 0.5,
    volume: 10,
    resetTimeoutMs: 30_000,
    traceId: 'e3b8',
    ...change,
  };
}

/** Payments answers 3.5 s late on 80 % of its calls for a minute, hit first after 0.4 s. */
export function faultInterval(armedAt: number, change: Partial<FaultInterval> = {}): FaultInterval {
  return {
    faultId: 'f-1',
    runId: null,
    owner: 'person',
    spec: {
      action: { type: 'latency', ms: 3_500, distribution: 'uniform', jitterMs: 0 },
      target: { kind: 'service', service: 'payments' },
      position: 'before',
      selector: { percentage: 80 },
      seed: 1,
      durationMs: 60_000,
    },
    armedAt,
    expiresAt: armedAt + 60_000,
    firstEffectAt: armedAt + 400,
    endedAt: null,
    endReason: null,
    readBack: null,
    reverted: null,
    injections: 3,
    ...change,
  };
}

/** A queue that keeps up: six messages in and out in this second. */
export function queueSample(at: number, change: Partial<QueueSample> = {}): QueueSample {
  return {
    at,
    system: 'bullmq',
    queue: 'notifications',
    ready: 0,
    delayed: 0,
    inFlight: 0,
    dead: 0,
    oldestAgeMs: null,
    enqueued: 6,
    dequeued: 6,
    redelivered: 0,
    consumers: 2,
    paused: null,
    ...change,
  };
}

/** A row of a saga's journal that names no step. */
export function sagaEvent(at: number, event: string, change: Partial<SagaEvent> = {}): SagaEvent {
  return {
    at,
    event,
    sagaId: 'sg_1',
    type: 'create-order',
    mode: 'orchestrated',
    service: 'orders',
    orderId: 'ord_1',
    step: '',
    kind: '',
    attempt: 0,
    epoch: 1,
    owner: '',
    key: '',
    outcome: '',
    detail: '',
    traceId: '',
    ...change,
  };
}
