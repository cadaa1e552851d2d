import type { SagaFilter, TraceSearch } from '@stormglass/agents/contract';

/**
 * The one place where query keys are made. Everything under `live` is written by the socket (see provider.tsx) and
 * never fetched; everything else is fetched from the HTTP API.
 */
export const keys = {
  live: {
    all: ['live'] as const,
    timeline: ['live', 'timeline'] as const,
    state: ['live', 'state'] as const,
    connection: ['live', 'connection'] as const,
  },
  timeline: (from: number, to: number, step: number) => ['timeline', from, to, step] as const,
  faults: ['faults'] as const,
  breakers: ['breakers'] as const,
  queues: ['queues'] as const,
  queueConsumers: (queue: string) => ['queues', queue, 'consumers'] as const,
  deadLetters: (queue: string) => ['queues', queue, 'dead'] as const,
  allSagas: ['sagas'] as const,
  sagas: (filter: Partial<SagaFilter>) => ['sagas', filter] as const,
  saga: (id: string) => ['saga', id] as const,
  traces: (search: Partial<TraceSearch>) => ['traces', search] as const,
  trace: (id: string) => ['trace', id] as const,
  interactions: (from: number, to: number) => ['interactions', from, to] as const,
  invariants: (from: number, to: number) => ['invariants', from, to] as const,
  changes: (from: number, to: number) => ['changes', from, to] as const,
  experiments: ['experiments'] as const,
  runs: ['runs'] as const,
  run: (id: string) => ['runs', id] as const,
  schedules: ['schedules'] as const,
  scheduleStarts: ['schedules', 'starts'] as const,
  maintenance: ['maintenance'] as const,
  gamedays: ['gamedays'] as const,
  gamedayPlans: ['gameday-plans'] as const,
  webhooks: ['webhooks'] as const,
  sweeps: ['sweeps'] as const,
  sweep: (id: string) => ['sweeps', id] as const,
  audit: ['audit'] as const,
  health: ['health'] as const,
  collector: ['collector'] as const,
  resilience: (service: string) => ['resilience', service] as const,
};
