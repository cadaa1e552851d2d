import { FaultSpec } from '@stormglass/agents/contract';
import { z } from 'zod';
import { Guard } from './guard.ts';
import { ConditionId } from './recovery.ts';
import { SliQuery } from './sli.ts';
import { Tolerance } from './tolerance.ts';
import { Verdict } from './verdict.ts';

/**
 * An experiment file: the Chaos Toolkit format with providers of ours (CHAOS.md section 3). Field names are that
 * format's own, hence the hyphens.
 */
const seconds = z.number().min(0).max(600);

export const Provider = z.discriminatedUnion('type', [
  z.object({ type: z.literal('fault'), spec: FaultSpec }),
  z.object({ type: z.literal('control'), service: z.string(), name: z.string(), input: z.unknown() }),
  /** Takes a protection of a service away; it is put back when the run reverts, whatever happens. */
  z.object({ type: z.literal('protection'), service: z.string(), name: z.string() }),
  z.object({ type: z.literal('sli'), query: SliQuery }),
  z.object({
    type: z.literal('breaker'),
    service: z.string(),
    peer: z.string(),
    state: z.enum(['closed', 'open', 'half_open']),
    within: seconds.default(30),
  }),
  z.object({
    type: z.literal('queue'),
    queue: z.string(),
    metric: z.enum(['ready', 'oldest_age', 'dead']),
    within: seconds.default(0),
  }),
  z.object({
    type: z.literal('saga'),
    outcome: z.enum(['confirmed', 'compensated']),
    at_least: z.number().int().positive().default(1),
    within: seconds.default(30),
  }),
  z.object({
    type: z.literal('invariant'),
    /** Absent: all that an auditor checks. */
    id: z.string().optional(),
    status: z.enum(['ok', 'violated']).default('ok'),
    within: seconds.default(30),
  }),
  z.object({ type: z.literal('recovered'), within: seconds.default(120), dwell: seconds.default(3) }),
]);
export type Provider = z.infer<typeof Provider>;

export const Activity = z.object({
  type: z.enum(['action', 'probe']),
  name: z.string().min(1),
  provider: Provider,
  tolerance: Tolerance.optional(),
  pauses: z.object({ before: seconds.optional(), after: seconds.optional() }).optional(),
});
export type Activity = z.infer<typeof Activity>;

/** A protection that an unprotected run does without, and what is then to be seen. */
export const Ablation = z.object({ service: z.string(), protection: z.string(), hurts: z.string().min(1) });
export type Ablation = z.infer<typeof Ablation>;

/** What a run breaks without its protections, and keeps with them. */
export const Breakage = z.discriminatedUnion('type', [
  /** An auditor finds it violated. */
  z.object({ type: z.literal('invariant'), id: z.string() }),
  /** A probe of the method fails. */
  z.object({ type: z.literal('probe'), name: z.string() }),
  /** A condition of recovery does not hold for this long while a fault is on, seconds. */
  z.object({ type: z.literal('condition'), id: ConditionId, for: seconds }),
  /** At least this share of the sagas that end is compensated. */
  z.object({ type: z.literal('sagas'), compensated: z.number().min(0).max(1) }),
]);
export type Breakage = z.infer<typeof Breakage>;

export const ExperimentSpec = z.object({
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()).default([]),
  /** What a person reads before pressing the button: one paragraph. */
  story: z.string().default(''),
  /** The service level whose curve gives lost requests, t1, t2 and t4. */
  sli: SliQuery,
  'steady-state-hypothesis': z.object({ title: z.string(), probes: z.array(Activity).min(1) }),
  method: z.array(Activity),
  guards: z.array(Guard).default([]),
  /** What cures the failure: taken away in an unprotected run. */
  ablations: z.array(Ablation).default([]),
  /** The verdicts that are right, with the protections and without, and the difference between the two. */
  expected: z
    .object({
      protected: z.array(Verdict).min(1),
      unprotected: z.array(Verdict).default([]),
      breaks: z.array(Breakage).default([]),
      /** Invariants that an unprotected run breaks as well at times, when the machine is busy for instance. */
      may_violate: z.array(z.string()).default([]),
    })
    .optional(),
  /** Budgets in seconds; a verdict `deviated` when one is broken. */
  budget: z.object({ detect: seconds.optional(), recover: seconds.optional() }).default({}),
});
export type ExperimentSpec = z.infer<typeof ExperimentSpec>;
