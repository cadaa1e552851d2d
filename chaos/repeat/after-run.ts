import type { Run } from '../contract/index.ts';
import { wasInjected } from './injected.ts';

/** What a series does after one of its runs. */
export type AfterRun = { next: 'go-on' } | { next: 'try-again' } | { next: 'stop'; why: string };

/** A seed whose steady state did not hold gets so many attempts: the system may still be busy with the run before. */
const MOST_ATTEMPTS = 3;

/** Nobody wants the next run after one of these: somebody stopped it, or something was left behind. */
const ENDS = ['aborted', 'interrupted', 'revert-failed'] as const;

/** `attempt` counts from 1. */
export function afterRun(run: Pick<Run, 'verdict' | 'why' | 'seed' | 'events'>, attempt: number): AfterRun {
  const { verdict, why, seed } = run;
  if (ENDS.some((end) => end === verdict)) {
    return { next: 'stop', why: `the run with seed ${seed} ended as ${verdict}: ${why}` };
  }
  if (wasInjected(run)) return { next: 'go-on' };
  if (attempt < MOST_ATTEMPTS) return { next: 'try-again' };
  return { next: 'stop', why: `seed ${seed} could not be begun ${MOST_ATTEMPTS} times: ${why}` };
}
