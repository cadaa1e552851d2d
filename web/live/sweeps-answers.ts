import { SWEEP_EXPORTS, Sweep, SweepStarted, SweepSummary } from '@stormglass/chaos/contract';
import { z } from 'zod';
import type { SWEEPS_API } from './sweeps-api.ts';

/** What the rows about sweeps answer. */
export const SWEEPS_ANSWERS = {
  sweeps: z.object({ sweeps: z.array(SweepSummary) }),
  sweep: Sweep,
  startSweep: SweepStarted,
  abortSweep: Sweep,
  resumeSweep: Sweep,
  shrinkSweep: Sweep,
  exportSweep: z.object({ as: z.enum(SWEEP_EXPORTS), name: z.string(), text: z.string() }),
} as const satisfies Record<keyof typeof SWEEPS_API, z.ZodType>;
