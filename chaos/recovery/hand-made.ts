import {
  emptyTimeline,
  type FaultInterval,
  FaultSpec,
  type InvariantSample,
  type QueueSample,
  type SagaEvent,
  sketchIndex,
  type Timeline,
  type TrafficCell,
} from '@stormglass/agents/contract';
import { SliQuery } from '../contract/index.ts';

/** Where hand-made timelines begin, epoch ms; a whole second. Tests name instants relative to it. */
export const T = 1_700_000_000_000;

export const JOURNEY = SliQuery.parse({
  service: 'gateway',
  operation: 'POST /orders',
  metric: 'good_rate',
  within_ms: 500,
});

/** One cell of traffic in the second `at` (seconds from T); by default good calls of 40 ms on the journey. */
export function traffic(at: number, over: Partial<TrafficCell> & { slowMs?: number } = {}): TrafficCell {
  const { slowMs, ...cell } = over;
  const calls = cell.calls ?? 10;
  return {
    second: T / 1000 + at,
    kind: 'server',
    service: 'gateway',
    peer: '',
    operation: 'POST /orders',
    errors: 0,
    receipts: 0,
    durations: [[sketchIndex(slowMs ?? 40), calls]],
    ...cell,
    calls,
  };
}

/** A fault armed and ended at milliseconds from T; by default errors on every charge. */
export function fault(from: number, to: number | null, over: Record<string, unknown> = {}): FaultInterval {
  const spec = FaultSpec.parse({
    action: { type: 'error' },
    target: { kind: 'service', service: 'payments' },
    selector: { method: 'POST', route: '/charges' },
    ...over,
  });
  return {
    faultId: 'f1',
    runId: 'r1',
    owner: 'ada',
    spec,
    armedAt: T + from,
    expiresAt: T + from + spec.durationMs,
    firstEffectAt: null,
    endedAt: to === null ? null : T + to,
    endReason: to === null ? null : 'completed',
    readBack: to === null ? null : 'seam empty',
    reverted: to === null ? null : true,
    injections: 0,
  };
}

export function queued(at: number, ready: number, over: Partial<QueueSample> = {}): QueueSample {
  return {
    at: T + at,
    system: 'bullmq',
    queue: 'notifications',
    ready,
    delayed: 0,
    inFlight: 0,
    dead: 0,
    oldestAgeMs: null,
    enqueued: 5,
    dequeued: 5,
    redelivered: 0,
    consumers: 1,
    paused: null,
    ...over,
  };
}

export function saga(at: number, sagaId: string, event: string, outcome = ''): SagaEvent {
  return {
    at: T + at,
    event,
    sagaId,
    type: 'create-order',
    mode: 'orchestrated',
    service: 'orders',
    orderId: sagaId,
    step: '',
    kind: '',
    attempt: 1,
    epoch: 1,
    owner: 'orders-1',
    key: '',
    outcome,
    detail: '',
    traceId: '',
  };
}

export function judged(at: number, id: string, status: InvariantSample['status']): InvariantSample {
  return { at: T + at, service: 'auditor', id, status };
}

export function moved(
  at: number,
  from: 'closed' | 'open' | 'half_open',
  to: 'closed' | 'open' | 'half_open',
): Timeline['transitions'][number] {
  return {
    at: T + at,
    service: 'orders',
    instance: 'orders-1',
    name: 'payments',
    peer: 'payments',
    from,
    to,
    reason: '',
    windowCalls: 12,
    windowFailures: 7,
    windowTimeouts: 0,
    windowSeconds: 10,
    threshold: 0.5,
    volume: 10,
    resetTimeoutMs: 5_000,
    traceId: '',
  };
}

/** A timeline from its parts. */
export function timeline(parts: Partial<Timeline>): Timeline {
  return { ...emptyTimeline(), ...parts };
}

/** The whole seconds from `from` up to but without `to`. */
export function seconds(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
