import { z } from 'zod';

/** An agent which a fault is armed on, or would be. */
export const ResolvedTarget = z.object({
  agentId: z.string(),
  service: z.string(),
  instance: z.string(),
  /** What the agent said when it armed; empty in a dry run. */
  detail: z.string(),
});
export type ResolvedTarget = z.infer<typeof ResolvedTarget>;
