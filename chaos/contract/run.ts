import { z } from 'zod';
import { ExperimentSpec } from './experiment.ts';
import { Recovery } from './recovery.ts';
import { Verdict } from './verdict.ts';

export const RunPhase = z.enum([
  'steady-before',
  'method',
  'recovering',
  'steady-after',
  'reverting',
  'ended',
]);
export type RunPhase = z.infer<typeof RunPhase>;

/** What happens in a run, in order; the report is a fold of these. `at` is epoch milliseconds. */
export const RunEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phase'), at: z.number(), phase: RunPhase }),
  z.object({
    type: z.literal('activity-started'),
    at: z.number(),
    name: z.string(),
    kind: z.enum(['action', 'probe']),
  }),
  z.object({
    type: z.literal('activity-ended'),
    at: z.number(),
    name: z.string(),
    kind: z.enum(['action', 'probe']),
    ok: z.boolean(),
    output: z.string(),
  }),
  z.object({ type: z.literal('fault-armed'), at: z.number(), faultId: z.string(), title: z.string() }),
  z.object({
    type: z.literal('fault-ended'),
    at: z.number(),
    faultId: z.string(),
    reverted: z.boolean(),
    readBack: z.string(),
  }),
  z.object({
    type: z.literal('guard'),
    at: z.number(),
    name: z.string(),
    value: z.number().nullable(),
    tripped: z.boolean(),
  }),
  z.object({ type: z.literal('measured'), at: z.number(), recovery: Recovery }),
  z.object({ type: z.literal('ended'), at: z.number(), verdict: Verdict, why: z.string() }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

export const Run = z.object({
  id: z.string(),
  experimentId: z.string(),
  experiment: ExperimentSpec,
  /** The text it was read from, where no file has it. */
  source: z.string().optional(),
  seed: z.number().int(),
  /** Run without the protections which the experiment names, to see what they are for. */
  unprotected: z.boolean().default(false),
  startedBy: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  phase: RunPhase,
  verdict: Verdict.nullable(),
  why: z.string(),
  events: z.array(RunEvent),
  recovery: Recovery.nullable(),
});
export type Run = z.infer<typeof Run>;

/** A run in a list. */
export const RunSummary = Run.omit({ experiment: true, source: true, events: true, recovery: true }).extend({
  title: z.string(),
});
export type RunSummary = z.infer<typeof RunSummary>;
