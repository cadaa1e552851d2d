import { FAULT_CATALOGUE, FaultSpec, type FaultType, Place, SCOPE_ID } from '@stormglass/agents/contract';
import { z } from 'zod';

/**
 * The fault matrix (CHAOS.md section 5): every place of the observed map under every fault that applies to it, one short
 * experiment each, judged by the journeys of users. Instants are epoch milliseconds.
 */
export const SweepRequest = z.object({
  /** It begins nothing that would not end within so many minutes. */
  minutes: z.number().min(0.5).max(720).default(10),
  /** The same seed plans the same cells in the same order from the same map, and picks the same traces. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Cells in whose id one of these texts is found; empty: all. */
  only: z.array(z.string().min(1).max(200)).max(50).default([]),
  /** Cells with these very ids; empty: all. */
  exactly: z.array(z.string().min(1).max(300)).max(50).default([]),
  types: z
    .array(z.enum(Object.keys(FAULT_CATALOGUE) as [FaultType, ...FaultType[]]))
    .max(100)
    .default([]),
  /** Cells that may run at once, where no journey and no service of theirs is the same. */
  parallel: z.number().int().min(1).max(8).default(2),
  /** Longest life of the fault of one cell; it ends sooner when its judgement stands. */
  cellSeconds: z.number().min(2).max(600).default(45),
  /** After the fault has gone so long is waited for answers, sagas and auditors. */
  settleSeconds: z.number().min(0).max(120).default(8),
  /** Chance at most that a cell is called hurt though its fault changed nothing, however often it is looked at. */
  alpha: z.number().min(0.0001).max(0.2).default(0.05),
  /** Of the journeys that pass the place: a share of failures up to this is no break. */
  tolerance: z.number().min(0.01).max(0.5).default(0.1),
  /** The cells that are asked for are tried at once, as one. */
  together: z.boolean().default(false),
  /** Faults that hurt everybody (a killed process, a closed database) too: alone, against the time before. */
  wide: z.boolean().default(false),
  /** Only requests whose baggage carries this scope, signed, are hurt. */
  scope: z.string().regex(SCOPE_ID).optional(),
});
export type SweepRequest = z.infer<typeof SweepRequest>;

export const CellVerdict = z.enum(['survives', 'degrades', 'breaks', 'corrupts', 'inconclusive']);
export type CellVerdict = z.infer<typeof CellVerdict>;

export const UntestedReason = z.enum([
  'budget',
  'not_allowed',
  'protected',
  'no_agent',
  'no_traffic',
  'hurts_all',
  'no_scope',
  'wants_value',
  'stopped',
]);
export type UntestedReason = z.infer<typeof UntestedReason>;

/** What was asked of the first service: `gateway`, `POST /orders`. */
export const JourneyKind = z.object({ service: z.string(), operation: z.string() });
export type JourneyKind = z.infer<typeof JourneyKind>;

/** `row` is the target, `column` the fault and its position: `error@before`. */
const position = { id: z.string(), row: z.string(), column: z.string() };

export const SweepCell = z.object({
  ...position,
  /** One fault; several in a schedule that is being shrunk. */
  faults: z.array(FaultSpec).min(1),
  /** The control group: the other half of the traces, or what was before where the fault hurts everybody. */
  control: z.enum(['half', 'before']),
  /** By which it is judged. */
  journeys: z.array(JourneyKind).min(1),
  /** Share of these that pass the target, 0..1. */
  passing: z.number(),
  /** How many of these a minute. */
  perMinute: z.number(),
  /** The target is a service that journeys come in by. */
  atDoor: z.boolean(),
  /** Everything these journeys pass: cells that share none of it may run at once. */
  places: z.array(Place),
  /** Share of all journeys that pass the target x share of the services these touch, 0..1. */
  weight: z.number(),
  /** Expected information: `weight` x how little is known of it, 0..1; and what that is made of, in words. */
  score: z.number(),
  why: z.string(),
});
export type SweepCell = z.infer<typeof SweepCell>;

export const UntestedCell = z.object({ ...position, reason: UntestedReason, why: z.string() });
export type UntestedCell = z.infer<typeof UntestedCell>;

export const SweepPlan = z.object({
  /** The range the map was observed in. */
  from: z.number(),
  to: z.number(),
  /** In the order in which they are begun. */
  cells: z.array(SweepCell),
  /** How many of them fit into the minutes, when each takes its whole time. */
  fitting: z.number().int(),
  untested: z.array(UntestedCell),
});
export type SweepPlan = z.infer<typeof SweepPlan>;

/** Journeys of one group. `slow`: slower than the limit made from the time before. */
export const JourneyCount = z.object({
  journeys: z.number().int(),
  failed: z.number().int(),
  slow: z.number().int(),
  p95Ms: z.number().nullable(),
});
export type JourneyCount = z.infer<typeof JourneyCount>;

/** Sagas that began while the fault was on. */
export const SagaCount = z.object({
  ended: z.number().int(),
  compensated: z.number().int(),
  /** Stuck, or failed. */
  lost: z.number().int(),
});
export type SagaCount = z.infer<typeof SagaCount>;

/** Evidence against "no difference": its inverse bounds the chance of as much by accident, however often it is looked at. */
const Evidence = z.number();

export const CellFigures = z.object({
  variant: JourneyCount,
  control: JourneyCount,
  before: JourneyCount,
  slowLimitMs: z.number(),
  /** Journeys fail, or are slow, more often with the fault; spill: more without it than before it. */
  evidence: z.object({ failed: Evidence, slow: Evidence, spill: Evidence, sagas: Evidence }),
  /** As much evidence is needed. */
  needed: z.number(),
  /** By how much more journeys fail with the fault than without, of all: where it lies at the wanted certainty. */
  excessFailed: z.tuple([z.number(), z.number()]),
  excessSlow: z.tuple([z.number(), z.number()]),
  sagas: z.object({ variant: SagaCount, control: SagaCount }),
  violations: z.array(z.object({ id: z.string(), at: z.number(), traceId: z.string() })),
});
export type CellFigures = z.infer<typeof CellFigures>;

export const CellResult = z.object({
  cellId: z.string(),
  row: z.string(),
  column: z.string(),
  verdict: CellVerdict,
  why: z.string(),
  faultIds: z.array(z.string()),
  startedAt: z.number(),
  endedAt: z.number(),
  injections: z.number().int(),
  /** Null when nothing was armed. */
  reverted: z.boolean().nullable(),
  readBack: z.string(),
  /** Of a journey that the fault hurt; null when it hurt none. */
  exampleTraceId: z.string().nullable(),
  /** Null when nothing was measured. */
  figures: CellFigures.nullable(),
});
export type CellResult = z.infer<typeof CellResult>;

/** A cell that would tell most, if it were tried next. */
export const Proposal = z.object({ cellId: z.string(), score: z.number(), why: z.string() });
export type Proposal = z.infer<typeof Proposal>;

export const ShrinkTry = z.object({ cells: z.array(z.string()), result: CellResult });

/** Several faults at once, reduced to the fewest that still break something. */
export const Shrink = z.object({
  id: z.string(),
  /** Of the cells whose faults are the schedule. */
  cells: z.array(z.string()),
  state: z.enum(['running', 'ended', 'stopped', 'interrupted']),
  why: z.string(),
  tries: z.array(ShrinkTry),
  /** Null while it is not known, and when all together break nothing. */
  smallest: z.array(z.string()).nullable(),
});
export type Shrink = z.infer<typeof Shrink>;

export const SweepState = z.enum(['running', 'ended', 'stopped', 'interrupted']);
export type SweepState = z.infer<typeof SweepState>;

/** A sweep as it is kept, beside its plan and its results. */
export const SweepHead = z.object({
  id: z.string(),
  request: SweepRequest,
  /** How many its plan has. */
  cells: z.number().int(),
  state: SweepState,
  why: z.string(),
  startedBy: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Milliseconds of its minutes that are spent, cells that were stopped included. */
  spentMs: z.number(),
  shrinks: z.array(Shrink).default([]),
});
export type SweepHead = z.infer<typeof SweepHead>;

/** A sweep in a list. */
export const SweepSummary = SweepHead.omit({ shrinks: true }).extend({
  verdicts: z.partialRecord(CellVerdict, z.number().int()),
});
export type SweepSummary = z.infer<typeof SweepSummary>;

/** One square of the heat map. */
export const HeatCell = z.object({
  ...position,
  state: z.enum([...CellVerdict.options, 'running', 'waiting', 'untested']),
  why: z.string(),
});
export type HeatCell = z.infer<typeof HeatCell>;

export const HeatMap = z.object({
  rows: z.array(z.string()),
  columns: z.array(z.object({ id: z.string(), title: z.string(), position: z.string() })),
  /** Squares that are not here do not apply. */
  cells: z.array(HeatCell),
});
export type HeatMap = z.infer<typeof HeatMap>;

/** A cell as it is shown: its faults and paths are the planner's. */
const CellView = SweepCell.omit({ faults: true, places: true });

export const Sweep = SweepHead.extend({
  plan: SweepPlan.extend({ cells: z.array(CellView) }),
  results: z.array(CellResult),
  running: z.array(z.string()),
  heat: HeatMap,
  proposals: z.array(Proposal),
});
export type Sweep = z.infer<typeof Sweep>;

/** Of a plan alone nothing was begun, and `sweep` is null. */
export const SweepStarted = z.object({
  sweep: Sweep.nullable(),
  plan: Sweep.shape.plan,
  heat: HeatMap,
});
export type SweepStarted = z.infer<typeof SweepStarted>;

export const SWEEP_EXPORTS = ['experiment', 'playwright'] as const;
