import { z } from 'zod';
import { Past, StuckSaga } from './past.ts';
import { ProtectionChange, ProtectionState } from './protection.ts';
import { ResilienceChange, ResilienceState } from './resilience.ts';
import { BREAKER_STATES } from './telemetry.ts';
import { Acknowledge, Acknowledged, Evidence, INVARIANT_ID, Wall } from './wall.ts';

/**
 * The controls which the dashboard knows by name: what goes in and what comes back. Whoever offers one of these names
 * on its channel keeps to this table; any other control is shown as a form made from its descriptor.
 */
export const SagaStartInput = z.object({
  mode: z.enum(['orchestrated', 'choreographed']).default('orchestrated'),
  /** Major units of the shop's currency. */
  amount: z.number().positive().max(100_000).default(84.9),
  /** The step at which the business says no; absent for a saga that succeeds. */
  failAt: z.enum(['reserve', 'charge', 'ship']).optional(),
  count: z.number().int().min(1).max(500).default(1),
});
export type SagaStartInput = z.infer<typeof SagaStartInput>;

/** A saga is journalled (not finished) when it is named here. */
export const SagaStarted = z.object({ sagaId: z.string(), orderId: z.string().default('') });
export type SagaStarted = z.infer<typeof SagaStarted>;

/** A message which was given up. Times are epoch milliseconds. */
export const DeadLetter = z.object({
  id: z.string(),
  name: z.string().default(''),
  failedAt: z.number().nullable().default(null),
  attempts: z.number().int().default(0),
  error: z.string().default(''),
  /** Trace of the last failing attempt; empty when unknown. */
  traceId: z.string().default(''),
  /** At most 4 KiB of it. */
  payload: z.unknown(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

const percent = z.number().min(0).max(100);

/** What a load generator sends. A field that is left out of `load.set` stays as it is. */
export const LoadPlan = z.object({
  /** Orders per second; 0 stops it. */
  rate: z.number().min(0).max(1000),
  /** Share of orders whose saga is choreographed. */
  choreographedPercent: percent,
  /** Share of orders whose customer changes his mind. */
  cancelPercent: percent,
  /** Share of orders which the business refuses: half for the card, half for the address. */
  refusedPercent: percent,
  /** Mean time before a customer looks at, or cancels, what he ordered; milliseconds. */
  thinkMs: z.number().int().min(0).max(60_000),
});
export type LoadPlan = z.infer<typeof LoadPlan>;

/** A person's decision about the stuck step of a saga; who and why go into its journal. */
const Intervention = z.object({
  sagaId: z.string(),
  step: z.string(),
  who: z.string().min(1).max(100),
  reason: z.string().max(300).default(''),
});
const ReasonedIntervention = Intervention.extend({ reason: z.string().trim().min(3).max(300) });
const Intervened = z.object({ sagaId: z.string(), status: z.string() });

/** Where this process can be made to die as by `kill -9`, once; `armed` is the point at which it will. */
export const CrashPoints = z.object({ points: z.array(z.string()), armed: z.string().nullable() });
export type CrashPoints = z.infer<typeof CrashPoints>;

/** What a registry says wrong on purpose. */
export const WrongDirectory = z.object({
  /** It names nobody. */
  blank: z.boolean(),
  /** The service of which it names one instance too many; null: none. */
  stale: z.string().nullable(),
});
export type WrongDirectory = z.infer<typeof WrongDirectory>;

export const CONTROL = {
  'saga.start': { input: SagaStartInput, result: z.object({ sagas: z.array(SagaStarted) }) },
  'saga.cancel': {
    input: z.object({ sagaId: z.string() }),
    /**
     * `compensates`: it is undone; `returns`: it was past its pivot, `returnSagaId` takes the goods back; `undecided`:
     * one of both. Empty when the service does not say.
     */
    result: z.object({
      sagaId: z.string(),
      status: z.string(),
      effect: z.enum(['compensates', 'returns', 'undecided', '']).default(''),
      returnSagaId: z.string().nullable().default(null),
    }),
  },
  /** Tries the stuck step again at once. */
  'saga.retry': { input: Intervention, result: Intervened },
  /** Goes on without the stuck step; its effect stays as it is. */
  'saga.skip': { input: ReasonedIntervention, result: Intervened },
  /** Goes on because somebody has brought the step's effect about by hand. */
  'saga.resolve': { input: ReasonedIntervention, result: Intervened },
  /** Sagas that wait for a person, longest first. */
  'saga.stuck': {
    input: z.object({ limit: z.number().int().min(1).max(500).default(100) }),
    result: z.object({ sagas: z.array(StuckSaga) }),
  },
  /** Everything event-sourced that a service has about an order; empty when it has nothing. */
  'history.read': {
    input: z.object({ orderId: z.string().min(1).max(200) }),
    result: z.object({ pasts: z.array(Past) }),
  },
  'invariants.wall': { input: z.object({}), result: Wall },
  'invariants.evidence': { input: z.object({ id: z.string().regex(INVARIANT_ID) }), result: Evidence },
  'violations.acknowledge': { input: Acknowledge, result: Acknowledged },
  'breaker.force': {
    input: z.object({
      /** Name of the breaker in its process. */
      name: z.string(),
      state: z.enum(['open', 'closed', 'reset']),
      /** After so many milliseconds the force is taken back by the agent itself. */
      forMs: z.number().int().min(100).max(600_000).default(30_000),
    }),
    result: z.object({ name: z.string(), state: z.enum(BREAKER_STATES) }),
  },
  'queue.pause': {
    input: z.object({ queue: z.string() }),
    result: z.object({ queue: z.string(), paused: z.boolean() }),
  },
  'queue.resume': {
    input: z.object({ queue: z.string() }),
    result: z.object({ queue: z.string(), paused: z.boolean() }),
  },
  'queue.redrive': {
    /** All dead letters, so many of them, or those with these ids. */
    input: z.object({
      queue: z.string(),
      limit: z.number().int().positive().optional(),
      ids: z.array(z.string().min(1).max(200)).min(1).max(1000).optional(),
    }),
    result: z.object({ queue: z.string(), redriven: z.number().int() }),
  },
  'queue.purge': {
    /** `confirm` repeats the queue's name. */
    input: z.object({ queue: z.string(), confirm: z.string() }),
    result: z.object({ queue: z.string(), purged: z.number().int() }),
  },
  'queue.dead': {
    /** The newest `limit` after the `offset` newest ones. */
    input: z.object({
      queue: z.string(),
      limit: z.number().int().positive().max(1000).default(100),
      offset: z.number().int().min(0).max(1_000_000).default(0),
    }),
    result: z.object({ queue: z.string(), total: z.number().int(), letters: z.array(DeadLetter) }),
  },
  /** Begins to build the read models anew; gives the number of the generation being built. */
  'projection.rebuild': { input: z.object({}), result: z.object({ generation: z.number().int() }) },
  'resilience.get': { input: z.object({}), result: ResilienceState },
  /** Answers with all settings as they are now. */
  'resilience.set': { input: ResilienceChange, result: ResilienceState },
  'crash.list': { input: z.object({}), result: CrashPoints },
  /** Null disarms. */
  'crash.arm': { input: z.object({ point: z.string().min(1).max(200).nullable() }), result: CrashPoints },
  /** Offered by a process that consumes: how many messages of the queue it handles at once; 0 takes none. */
  'queue.scale': {
    input: z.object({ queue: z.string(), concurrency: z.number().int().min(0).max(1000) }),
    result: z.object({ queue: z.string(), concurrency: z.number().int() }),
  },
  /** Offered with `queue.scale`: what this process consumes, and how many messages of it it handles at once. */
  'queue.consumed': {
    input: z.object({}),
    result: z.object({ queues: z.array(z.object({ queue: z.string(), concurrency: z.number().int() })) }),
  },
  'switch.set': { input: ProtectionChange, result: ProtectionState },
  'switch.list': { input: z.object({}), result: z.object({ switches: z.array(ProtectionState) }) },
  /** Signs with a new key from now on; `withdraw` ends the old ones at once. */
  'keys.rotate': {
    input: z.object({ withdraw: z.boolean().default(false) }),
    result: z.object({ kid: z.string() }),
  },
  /** Life of the tokens that are given out from now on, seconds; below zero they have expired. Null: each its own. */
  'tokens.set': {
    input: z.object({ lifeS: z.number().int().min(-3_600).max(86_400).nullable() }),
    result: z.object({ lifeS: z.number().int().nullable() }),
  },
  /** By how much the process's clock is ahead; telemetry keeps to the right one. */
  'clock.set': {
    input: z.object({ offsetMs: z.number().int().min(-86_400_000).max(86_400_000) }),
    result: z.object({ offsetMs: z.number().int() }),
  },
  /** What a registry says wrong: nothing at all, or one instance too many of the service named. Absent fields stay. */
  'directory.set': {
    input: z.object({
      blank: z.boolean().optional(),
      stale: z.string().min(1).max(64).nullable().optional(),
    }),
    result: WrongDirectory,
  },
  /** Gives the whole plan as it is now. */
  'load.set': { input: LoadPlan.partial(), result: LoadPlan },
} as const;
export type ControlName = keyof typeof CONTROL;
