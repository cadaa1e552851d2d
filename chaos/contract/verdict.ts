import { z } from 'zod';

/** Strict-mode verdicts, each with its own exit code (CHAOS.md section 3). */
export const VERDICTS = {
  passed: 0,
  deviated: 1,
  'degraded-recovered': 2,
  'not-run': 3,
  'injection-failed': 4,
  'revert-failed': 5,
  inconclusive: 6,
  aborted: 7,
  interrupted: 8,
  invalid: 9,
} as const;
export const Verdict = z.enum(Object.keys(VERDICTS) as [keyof typeof VERDICTS]);
export type Verdict = keyof typeof VERDICTS;
