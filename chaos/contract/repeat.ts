import { z } from 'zod';
import { Figure } from './recovery.ts';
import { RunSummary } from './run.ts';
import { Verdict } from './verdict.ts';

/** More runs than this are not asked for at once: with a minute or two each they take a night. */
export const MOST_REPEATS = 100;

const Seed = z.number().int().min(0);

/** Runs of one experiment, one after the other, each with a seed of its own. */
export const RepeatRequest = z.object({
  experimentId: z.string().min(1),
  /** The seeds themselves, or how many: then 1, 2, 3 and so on. Doubled ones would be the same run twice. */
  seeds: z.union([
    z
      .array(Seed)
      .min(2)
      .max(MOST_REPEATS)
      .refine((seeds) => new Set(seeds).size === seeds.length, 'each seed once'),
    z.number().int().min(2).max(MOST_REPEATS),
  ]),
  unprotected: z.boolean().default(false),
});
export type RepeatRequest = z.infer<typeof RepeatRequest>;

export const RepeatState = z.enum(['running', 'ended', 'stopped', 'interrupted']);
export type RepeatState = z.infer<typeof RepeatState>;

/** A repeat as it is kept. */
export const Repeat = z.object({
  id: z.string(),
  experimentId: z.string(),
  title: z.string(),
  seeds: z.array(Seed),
  unprotected: z.boolean(),
  startedBy: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  state: RepeatState,
  /** Why it ended before its last seed; empty when it did not. */
  why: z.string(),
  /** Runs so far. A seed whose steady state did not hold is tried again, so it may stand here more than once. */
  runs: z.array(z.object({ seed: Seed, runId: z.string() })),
});
export type Repeat = z.infer<typeof Repeat>;

const Estimate = z.object({
  value: z.number(),
  /** Null when there are too few runs for one. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
});

/** One figure over all runs which have it. */
export const RepeatFigure = z.object({
  id: z.string(),
  name: z.string(),
  unit: Figure.shape.unit,
  formula: z.string(),
  /** Runs that have a value, and those that do not (never mitigated, for instance): these are in no mean. */
  runs: z.number().int(),
  without: z.number().int(),
  mean: Estimate.nullable(),
  median: Estimate.nullable(),
  values: z.array(z.object({ seed: Seed, runId: z.string(), value: z.number().nullable() })),
});
export type RepeatFigure = z.infer<typeof RepeatFigure>;

/** A share of the runs, with its interval. */
const ShareOfRuns = z.object({
  count: z.number().int(),
  share: z.number(),
  interval: z.tuple([z.number(), z.number()]),
});

export const RepeatResult = z.object({
  /** How the intervals were made, a sentence each. */
  method: z.array(z.string()),
  /** Runs in which something was injected, and which nobody stopped; only they count. */
  counted: z.number().int(),
  /** Runs that do not count, and why. */
  leftOut: z.array(z.object({ seed: Seed, runId: z.string(), why: z.string() })),
  verdicts: z.array(ShareOfRuns.extend({ verdict: Verdict })),
  recovered: ShareOfRuns.nullable(),
  figures: z.array(RepeatFigure),
});
export type RepeatResult = z.infer<typeof RepeatResult>;

export const RepeatReport = z.object({ repeat: Repeat, runs: z.array(RunSummary), result: RepeatResult });
export type RepeatReport = z.infer<typeof RepeatReport>;
