import { Comparison, Repeat, RepeatReport } from '@stormglass/chaos/contract';
import { z } from 'zod';
import type { RESULTS_API } from './results-api.ts';

/** What the rows about the results of runs answer. */
export const RESULTS_ANSWERS = {
  runReport: z.string(),
  compareRuns: Comparison,
  repeats: z.object({ repeats: z.array(Repeat) }),
  repeat: RepeatReport,
  startRepeat: Repeat,
  stopRepeat: Repeat,
} as const satisfies Record<keyof typeof RESULTS_API, z.ZodType>;
