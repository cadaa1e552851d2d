import { CallFigures } from '@stormglass/agents/contract';
import { z } from 'zod';
import { Figure } from './recovery.ts';
import { Verdict } from './verdict.ts';

/** Which stretch of both runs: before the first fault, from its arming to its read-back, or from there to the end. */
export const ComparedPart = z.enum(['before', 'fault', 'after']);
export type ComparedPart = z.infer<typeof ComparedPart>;

/** One figure of one edge or operation in both runs. */
export const Difference = z.object({
  /**
   * `rate`: calls a second. `errors`: share of failed calls. `duration`: geometric mean, ms. `slow`: share of calls
   * slower than the slowest twentieth of both runs together.
   */
  figure: z.enum(['rate', 'errors', 'duration', 'slow']),
  a: z.number(),
  b: z.number(),
  /** b - a; for `duration` b / a. */
  change: z.number(),
  /** Of `change`, at 95 %, for this one figure by itself. */
  interval: z.tuple([z.number(), z.number()]),
  p: z.number(),
  /** After the correction for all tests of the comparison. */
  adjusted: z.number(),
  /** `*` below 0.05, `**` below 0.01, `***` below 0.001, by `adjusted`; empty: may be chance. */
  mark: z.enum(['', '*', '**', '***']),
});
export type Difference = z.infer<typeof Difference>;

export const ComparedRow = z.object({
  kind: z.enum(['server', 'client', 'db', 'producer', 'consumer']),
  service: z.string(),
  /** Empty for an operation. */
  peer: z.string(),
  /** Empty for an edge. */
  operation: z.string(),
  /** Null where the run had no call of it. */
  a: CallFigures.nullable(),
  b: CallFigures.nullable(),
  /** Those that could be tested. */
  differences: z.array(Difference),
  /** Why the others could not; empty when all could. */
  untested: z.string(),
});
export type ComparedRow = z.infer<typeof ComparedRow>;

export const ComparedSide = z.object({
  runId: z.string(),
  experimentId: z.string(),
  title: z.string(),
  seed: z.number().int(),
  unprotected: z.boolean(),
  verdict: Verdict,
  /** The stretch that is compared, epoch ms, whole seconds. */
  from: z.number(),
  to: z.number(),
  /** Into how many blocks of equal length it was cut. */
  blocks: z.number().int(),
});
export type ComparedSide = z.infer<typeof ComparedSide>;

export const Comparison = z.object({
  part: ComparedPart,
  a: ComparedSide,
  b: ComparedSide,
  /** How it was tested, a sentence each. */
  method: z.array(z.string()),
  tests: z.number().int(),
  /** What differs first. */
  rows: z.array(ComparedRow),
  /** Recovery side by side. One run each says nothing of chance, so nothing is marked here. */
  figures: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      unit: Figure.shape.unit,
      a: z.number().nullable(),
      b: z.number().nullable(),
      change: z.number().nullable(),
    }),
  ),
});
export type Comparison = z.infer<typeof Comparison>;
