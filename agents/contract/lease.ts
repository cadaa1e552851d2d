import { z } from 'zod';
import { FaultSpec } from './fault.ts';

/** Time to live of a lease between two heartbeats, milliseconds; the hub renews every third of it. */
export const LEASE_TTL_MS = 5_000;

/**
 * A fault, armed: the injector holds it and drops it by itself, on its own monotonic clock, `ttlMs` after the last
 * renewal or `remainingMs` after arming, whichever comes first. No absolute times: clocks are not trusted.
 */
export const Lease = z.object({
  faultId: z.string(),
  runId: z.string().optional(),
  owner: z.string(),
  spec: FaultSpec,
  ttlMs: z.number().int().positive(),
  remainingMs: z.number().int().positive(),
});
export type Lease = z.infer<typeof Lease>;

export const LeaseEndReason = z.enum([
  'released',
  'expired',
  'completed',
  'halted',
  'max_affected',
  'failed',
]);
export type LeaseEndReason = z.infer<typeof LeaseEndReason>;

/** Sent by the injector when the effect is really gone, proven by read-back. Times are epoch milliseconds. */
export const LeaseEnded = z.object({
  faultId: z.string(),
  reason: LeaseEndReason,
  endedAt: z.number(),
  injections: z.number().int(),
  /** How the end was verified, in words: `seam empty`, `datallowconn = true`, `pid 4711 runs`. */
  readBack: z.string(),
  reverted: z.boolean(),
});
export type LeaseEnded = z.infer<typeof LeaseEnded>;

/** An injector's answer to `lease.arm`. */
export const ArmAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), armedAt: z.number(), detail: z.string() }),
  z.object({ ok: z.literal(false), code: z.string(), message: z.string(), next: z.string() }),
]);
export type ArmAnswer = z.infer<typeof ArmAnswer>;
