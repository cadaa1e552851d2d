import { z } from 'zod';
import { Run } from './run.ts';
import { Verdict } from './verdict.ts';

/** A game day file: experiments one after the other, with pauses and questions to the people who watch. */
export const GameDayStep = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('experiment'),
    id: z.string().min(1),
    seed: z.number().int().min(0).max(0xffffffff).default(1),
    unprotected: z.boolean().default(false),
  }),
  /** Seconds of nothing. */
  z.object({
    type: z.literal('pause'),
    seconds: z.number().min(1).max(14_400),
    says: z.string().max(500).default(''),
  }),
  /** Waits until somebody says that it goes on. */
  z.object({ type: z.literal('ask'), says: z.string().min(1).max(500) }),
]);
export type GameDayStep = z.infer<typeof GameDayStep>;

export const GameDayPlan = z.object({
  title: z.string().trim().min(1).max(200),
  description: z.string().max(5_000).default(''),
  steps: z.array(GameDayStep).min(1).max(100),
  /** Verdicts after which no other experiment is begun. */
  stop_on: z
    .array(Verdict)
    .default(['revert-failed', 'injection-failed', 'not-run', 'aborted', 'interrupted', 'invalid']),
});
export type GameDayPlan = z.infer<typeof GameDayPlan>;

/** What somebody typed while it went on. */
export const GameDayNote = z.object({
  at: z.number(),
  by: z.string(),
  /** Of the step that was going on, from 0. */
  step: z.number().int(),
  text: z.string(),
});
export type GameDayNote = z.infer<typeof GameDayNote>;

export const GameDay = z.object({
  id: z.string(),
  plan: GameDayPlan,
  startedBy: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  state: z.enum(['running', 'ended', 'stopped', 'interrupted']),
  /** Why it ended before its last step; empty when it did not. */
  why: z.string(),
  /** Steps that have begun, in order. */
  done: z.array(
    z.object({
      startedAt: z.number(),
      endedAt: z.number().nullable(),
      runId: z.string().nullable(),
      verdict: Verdict.nullable(),
    }),
  ),
  notes: z.array(GameDayNote),
});
export type GameDay = z.infer<typeof GameDay>;

export const GameDayReport = z.object({ gameday: GameDay, runs: z.array(Run) });
export type GameDayReport = z.infer<typeof GameDayReport>;
