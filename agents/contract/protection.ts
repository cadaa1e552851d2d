import { z } from 'zod';

/**
 * A mechanism which keeps a service right under faults and can be taken away on purpose, to show what it is for. On
 * unless somebody took it off; a process that starts again has all of its protections.
 */
export const ProtectionState = z.object({
  /** `breaker`, `outbox`. */
  name: z.string(),
  /** What it does, in a clause. */
  about: z.string().default(''),
  on: z.boolean(),
  /** Epoch milliseconds at which one that is off comes back by itself; null when it does not. */
  until: z.number().nullable().default(null),
});
export type ProtectionState = z.infer<typeof ProtectionState>;

export const ProtectionChange = z.object({
  name: z.string(),
  on: z.boolean(),
  /** Milliseconds after which one that is taken off comes back by itself; absent: when somebody puts it back. */
  forMs: z.number().int().min(100).max(3_600_000).optional(),
});
export type ProtectionChange = z.infer<typeof ProtectionChange>;
