import type { Timeline } from '@stormglass/agents/contract';

/** What a guard sees. `value` is null when there is too little to say anything by. */
export interface GuardReading {
  value: number | null;
  /** In words, with the numbers that went in. */
  detail: string;
}

/** The moment at which guards look. Instants are epoch ms. */
export interface GuardMoment {
  timeline: Timeline;
  /** Whose guards they are. */
  runId: string;
  at: number;
  /** When the run's first fault was armed. */
  since: number;
  /** Where undisturbed time begins. */
  baselineFrom: number;
}
