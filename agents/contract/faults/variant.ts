import { z } from 'zod';

/**
 * A part of all traces, chosen by the hash of their ids. Who is not in it is the control group: whatever happens, the two
 * differ by the fault alone. Anybody who has the id of a trace can tell afterwards in which of the two it was.
 */
export const TraceVariant = z.object({
  /** Another salt is another choice, independent of this one. */
  salt: z.string().min(1).max(100),
  /** Share of the traces, 0 < p < 100. */
  percentage: z.number().positive().lt(100).default(50),
});
export type TraceVariant = z.infer<typeof TraceVariant>;

/** Without a trace nobody can be told apart: such calls are never in a variant. */
export function inVariant({ salt, percentage }: TraceVariant, traceId: string): boolean {
  return traceId !== '' && unit(`variant|${salt}|${traceId}`) < percentage / 100;
}

/**
 * 32-bit hash (FNV-1a with the finalizer of murmur3) of a decision's key. Decisions depend on nothing else, so the same
 * requests are hurt again on a replay, whatever the concurrency.
 */
function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Uniform in [0, 1), from a key. */
export function unit(key: string): number {
  return hash32(key) / 0x1_0000_0000;
}
