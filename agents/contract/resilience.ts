import { z } from 'zod';

/** What a form says of a setting: its name, its unit, where it stands and what it does. */
export interface SettingMeta {
  title: string;
  unit: string;
  group: string;
  about: string;
}

const whole = (min: number, max: number, meta: SettingMeta) =>
  z
    .number()
    .int()
    .min(min)
    .max(max)
    .meta({ ...meta });

/** How one service calls another, as it is now; each can be changed while it runs. Times are milliseconds. */
export const PeerSettings = z.object({
  timeoutMs: whole(1, 120_000, {
    title: 'Time limit',
    unit: 'ms',
    group: 'Call',
    about: 'for one attempt, answer included',
  }),
  spacingMs: whole(0, 10_000, {
    title: 'Spacing',
    unit: 'ms',
    group: 'Call',
    about: 'from the start of one call to that of the next; 0 is none',
  }),
  maxConnections: whole(1, 10_000, {
    title: 'Connections',
    unit: 'at most',
    group: 'Call',
    about: 'to each instance; calls that begin later keep to a change',
  }),
  errorThresholdPercentage: whole(1, 100, {
    title: 'Opens above',
    unit: '% errors',
    group: 'Breaker',
    about: 'of the calls of its window',
  }),
  volumeThreshold: whole(1, 10_000, {
    title: 'Fewest calls',
    unit: 'calls',
    group: 'Breaker',
    about: 'in the window, before it may open',
  }),
  rollingWindowMs: whole(100, 600_000, {
    title: 'Window',
    unit: 'ms',
    group: 'Breaker',
    about: 'whose calls it judges by; ten parts of it pass one by one',
  }),
  resetTimeoutMs: whole(10, 600_000, {
    title: 'Stays open',
    unit: 'ms',
    group: 'Breaker',
    about: 'before it probes; an open breaker begins this wait anew',
  }),
  retries: whole(0, 10, {
    title: 'Repetitions',
    unit: 'at most',
    group: 'Repetition',
    about: 'of a call that can be repeated without harm',
  }),
  retryBaseMs: whole(0, 10_000, {
    title: 'First pause',
    unit: 'ms',
    group: 'Repetition',
    about: 'at most; doubled for each further repetition, and any time up to it is chosen',
  }),
  retryCapMs: whole(0, 60_000, {
    title: 'Longest pause',
    unit: 'ms',
    group: 'Repetition',
    about: 'however often it was doubled',
  }),
  retryTimeLimits: whole(1, 100, {
    title: 'Begins within',
    unit: 'time limits',
    group: 'Repetition',
    about: 'of the first attempt: a peer that hangs is not waited for at each',
  }),
  fallbackMaxAgeMs: whole(0, 3_600_000, {
    title: 'Oldest answer',
    unit: 'ms',
    group: 'Fallback',
    about: 'that is given instead of a failure where a call allows it; 0 is none',
  }),
  fallbackKept: whole(1, 100_000, {
    title: 'Answers kept',
    unit: 'calls',
    group: 'Fallback',
    about: 'the last good one of each',
  }),
  bulkheadSlots: whole(0, 10_000, {
    title: 'Calls at once',
    unit: 'calls',
    group: 'Bulkhead',
    about: '0 is without limit',
  }),
  bulkheadLine: whole(0, 100_000, {
    title: 'Line',
    unit: 'calls',
    group: 'Bulkhead',
    about: 'that wait for a slot; one more is refused at once',
  }),
  outlierErrors: whole(0, 1_000, {
    title: 'Errors in a row',
    unit: 'errors',
    group: 'Outliers',
    about: 'after which an instance is left out; 0 is never',
  }),
  outlierEjectionMs: whole(10, 600_000, {
    title: 'Left out for',
    unit: 'ms',
    group: 'Outliers',
    about: 'the first time; longer each time it happens again',
  }),
  outlierMaxPercent: whole(0, 100, {
    title: 'Left out at most',
    unit: '% of instances',
    group: 'Outliers',
    about: 'at once',
  }),
});
export type PeerSettings = z.infer<typeof PeerSettings>;

/** A pool of connections to one database. */
export const DatabaseSettings = z.object({
  max: whole(1, 500, {
    title: 'Connections',
    unit: 'at most',
    group: 'Pool',
    about: 'of this process',
  }),
});
export type DatabaseSettings = z.infer<typeof DatabaseSettings>;

/** One token bucket for each user, address or the like. */
export const RateLimitSettings = z.object({
  capacity: whole(1, 1_000_000, {
    title: 'At once',
    unit: 'requests',
    group: 'Token bucket',
    about: 'after a rest',
  }),
  perSecond: whole(1, 1_000_000, {
    title: 'For long',
    unit: 'requests/s',
    group: 'Token bucket',
    about: 'that the bucket is filled up with',
  }),
});
export type RateLimitSettings = z.infer<typeof RateLimitSettings>;

/** Peers, databases and rate limits of one process, by name. */
export const ResilienceState = z.object({
  peers: z.array(z.object({ name: z.string(), settings: PeerSettings })),
  databases: z.array(z.object({ name: z.string(), settings: DatabaseSettings })),
  rateLimits: z.array(z.object({ name: z.string(), settings: RateLimitSettings })),
});
export type ResilienceState = z.infer<typeof ResilienceState>;

/** Fields which are absent stay as they are. */
export const ResilienceChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('peer'), name: z.string(), settings: PeerSettings.partial() }),
  z.object({ kind: z.literal('database'), name: z.string(), settings: DatabaseSettings.partial() }),
  z.object({ kind: z.literal('rateLimit'), name: z.string(), settings: RateLimitSettings.partial() }),
]);
export type ResilienceChange = z.infer<typeof ResilienceChange>;
