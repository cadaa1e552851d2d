import type { GameDay, GameDayReport, GameDayStep, Run } from '../../contract/index.ts';
import { figureText, MEANING } from '../words.ts';

/** One line of what happened: a step, or a note. */
export interface Entry {
  /** Epoch milliseconds. */
  at: number;
  text: string;
  run: Run | null;
}

export function entriesOf({ gameday, runs }: GameDayReport): Entry[] {
  const steps = gameday.done.flatMap((done, index): Entry[] => {
    const step = gameday.plan.steps[index];
    if (step === undefined) return [];
    const run = runs.find(({ id }) => id === done.runId) ?? null;
    return [{ at: done.startedAt, text: stepText(step, run), run }];
  });
  const notes = gameday.notes.map(
    ({ at, by, text }): Entry => ({ at, text: `${by} noted: ${text}`, run: null }),
  );
  return [...steps, ...notes].sort((a, b) => a.at - b.at);
}

function stepText(step: GameDayStep, run: Run | null): string {
  switch (step.type) {
    case 'experiment': {
      const verdict = run?.verdict ?? null;
      const meaning = verdict === null ? 'no verdict' : `${verdict}: ${MEANING[verdict]}`;
      return `${run?.experiment.title ?? step.id}, seed ${step.seed}: ${meaning}`;
    }
    case 'pause':
      return `Pause of ${step.seconds} s${step.says === '' ? '' : `: ${step.says}`}`;
    case 'ask':
      return `Asked: ${step.says}`;
  }
}

export function outcomeOf({ state, why, done, plan }: GameDay): string {
  const left = plan.steps.length - done.length;
  return `${state}${why === '' ? '' : `: ${why}`}${left === 0 ? '' : `; ${left} steps were not begun`}`;
}

export const VERDICT_COLUMNS = ['experiment', 'seed', 'verdict', 'detected after', 'recovered after', 'lost'];

/** What each run ended as, and how it recovered, in the order of the columns. */
export function verdictRow({ experiment, seed, verdict, recovery }: Run): string[] {
  const figures =
    recovery === null
      ? ['not measured', '', '']
      : [recovery.detect, recovery.recover, recovery.lostRequests].map(figureText);
  return [experiment.title, String(seed), verdict ?? 'no verdict', ...figures];
}

export const utc = (at: number): string => `${new Date(at).toISOString().replace('T', ' ').slice(0, 19)} UTC`;

/** Since the game day began, `+3:07`. */
export function offsetOf({ startedAt }: GameDay, at: number): string {
  const seconds = Math.max(0, Math.round((at - startedAt) / 1000));
  return `+${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
