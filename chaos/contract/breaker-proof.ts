import { z } from 'zod';
import { Figure, Recovery } from './recovery.ts';

/** What a breaker did against its own specification. */
export const BREACHES = {
  false_open: 'It opened although its window was within its limits.',
  late_trip: 'It opened long after its window had left its limits.',
  missed_trip: 'Its window had left its limits, and it stayed closed.',
  let_through: 'Calls went through while it was open.',
  many_probes: 'More calls than probes went through before it closed again.',
  early_probe: 'It probed before its reset time was over.',
  late_probe: 'It probed long after its reset time was over.',
} as const;
export type Breach = keyof typeof BREACHES;

export const BreakerFinding = z.object({
  code: z.enum(Object.keys(BREACHES) as [Breach, ...Breach[]]),
  at: z.number(),
  /** With the numbers. */
  words: z.string(),
});
export type BreakerFinding = z.infer<typeof BreakerFinding>;

/** One time it opened. */
export const Opening = z.object({
  at: z.number(),
  from: z.enum(['closed', 'half_open']),
  /** Its own window when it opened. */
  calls: z.number().int(),
  failures: z.number().int(),
  /** A failed probe opens it rightly whatever the window holds. */
  rightly: z.boolean(),
  /** From when its window had left its limits, as its calls say; null where these do not reach back far enough. */
  tripMs: z.number().nullable(),
  /** How long it then was open before it probed, and how long it should have been. */
  openMs: z.number().nullable(),
  resetMs: z.number(),
  reason: z.string(),
  /** The call that tripped it; empty when none did. */
  traceId: z.string(),
});
export type Opening = z.infer<typeof Opening>;

export const BreakerProof = z.object({
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  peer: z.string(),
  /** As it said itself; null where it never said. */
  spec: z.object({
    threshold: z.number().nullable(),
    volume: z.number().nullable(),
    windowSeconds: z.number().nullable(),
    resetMs: z.number().nullable(),
  }),
  /** `untested`: it was never put to the test, so it has neither kept nor broken anything. */
  verdict: z.enum(['kept', 'broken', 'untested']),
  findings: z.array(BreakerFinding),
  openings: z.array(Opening),
  tripLatency: Figure,
  falseOpens: Figure,
  /** Calls which surely began while it was open, probes left out. */
  letThrough: Figure,
  /** Calls that ended while it was open and may have begun before. */
  inFlight: Figure,
  probes: Figure,
});
export type BreakerProof = z.infer<typeof BreakerProof>;

export const BreakerReport = z.object({
  from: z.number(),
  to: z.number(),
  /** What is taken for what, a sentence each. */
  method: z.array(z.string()),
  breakers: z.array(BreakerProof),
  /** Against the range before; empty when none was given. */
  retryAmplification: Recovery.shape.retryAmplification,
});
export type BreakerReport = z.infer<typeof BreakerReport>;
