import type { ProbeValue } from './tolerance.ts';

/** What a probe saw. `ok` is null when there was nothing to judge by. */
export interface ProbeReading {
  value: ProbeValue | null;
  ok: boolean | null;
  /** In words, for the report. */
  output: string;
}

/** When a probe looks: `since` is the start of the method (epoch ms), or null when only the present counts. */
export interface ProbeMoment {
  at: number;
  since: number | null;
}
