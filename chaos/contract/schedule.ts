import { z } from 'zod';
import { Verdict } from './verdict.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 09:30');

/** A part of the week in the schedule's time zone. Where `to` is not after `from` it ends on the next day. */
export const WeeklyWindow = z.object({
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .default([...WEEKDAYS]),
  from: ClockTime,
  to: ClockTime,
});
export type WeeklyWindow = z.infer<typeof WeeklyWindow>;

const fields = {
  name: z.string().trim().min(1).max(100),
  experimentId: z.string().min(1),
  /** Minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly. */
  cron: z.string().min(1).max(200),
  /** An IANA name such as Europe/Berlin. */
  timeZone: z.string().min(1).max(100),
  seed: z.number().int().min(0).max(0xffffffff),
  unprotected: z.boolean(),
  /** Nothing is started outside of all of them; none means at any time. */
  onlyBetween: z.array(WeeklyWindow).max(20),
  /** What becomes of a start that is due while something else runs. */
  whenBusy: z.enum(['skip', 'queue']),
  paused: z.boolean(),
};

/** A schedule as somebody asks for it. */
export const ScheduleWish = z.object({
  ...fields,
  timeZone: fields.timeZone.default('UTC'),
  seed: fields.seed.default(1),
  unprotected: fields.unprotected.default(false),
  onlyBetween: fields.onlyBetween.default([]),
  whenBusy: fields.whenBusy.default('skip'),
  paused: fields.paused.default(false),
});
export type ScheduleWish = z.infer<typeof ScheduleWish>;

/** What is to be different. */
export const ScheduleChange = z.object(fields).partial();
export type ScheduleChange = z.infer<typeof ScheduleChange>;

export const Schedule = z.object({
  ...fields,
  id: z.string(),
  createdBy: z.string(),
  createdAt: z.number(),
  /** Starts due until then are dealt with, epoch ms. */
  doneUntil: z.number(),
});
export type Schedule = z.infer<typeof Schedule>;

/** A schedule with what comes next; null while it is paused. */
export const ScheduleView = Schedule.omit({ doneUntil: true }).extend({ nextAt: z.number().nullable() });
export type ScheduleView = z.infer<typeof ScheduleView>;

/** What became of a start: `missed` ones were due while the dashboard was down. */
export const StartOutcome = z.enum(['started', 'queued', 'skipped', 'missed', 'failed']);
export type StartOutcome = z.infer<typeof StartOutcome>;

export const ScheduledStart = z.object({
  id: z.string(),
  scheduleId: z.string(),
  /** When it was due, and when its outcome was known; epoch ms. */
  dueAt: z.number(),
  at: z.number(),
  outcome: StartOutcome,
  /** In words: why it was skipped, missed or failed. */
  why: z.string(),
  runId: z.string().nullable(),
});
export type ScheduledStart = z.infer<typeof ScheduledStart>;

/** A start with what its run ended as, null before it has. */
export const StartView = ScheduledStart.extend({ verdict: Verdict.nullable() });
export type StartView = z.infer<typeof StartView>;

/** A time in which no schedule starts anything. Epoch ms. */
export const MaintenanceWish = z
  .object({ title: z.string().trim().min(1).max(200), from: z.number(), to: z.number() })
  .refine(({ from, to }) => from < to, { error: 'it must begin before it ends', path: ['to'] });
export const Maintenance = z.object({
  ...{ id: z.string(), title: z.string(), from: z.number(), to: z.number(), createdBy: z.string() },
});
export type Maintenance = z.infer<typeof Maintenance>;
