import type { ExperimentSpec, GameDay, GameDayPlan, GameDayStep, Verdict } from '@stormglass/chaos/contract';
import { faultLines } from '../../ui/fault-lines.ts';

/** Experiments by id, as far as they are known. */
export type Experiments = ReadonlyMap<string, ExperimentSpec>;

/** A step in words: `Payments are slow, seed 3`. */
export function stepWords(step: GameDayStep, experiments: Experiments): string {
  if (step.type === 'ask') return `Waits for an answer: ${step.says}`;
  if (step.type === 'pause') {
    return `Pause of ${step.seconds} s${step.says === '' ? '' : `: ${step.says}`}`;
  }
  const title = experiments.get(step.id)?.title ?? step.id;
  return `${title}, seed ${step.seed}${step.unprotected ? ', without its protections' : ''}`;
}

export interface PlannedStep {
  words: string;
  /** What it hurts, a line each fault. */
  hurts: string[];
  /** An experiment that is not there, so that the game day cannot be started. */
  missing: boolean;
}

/** What a game day will do, step by step. */
export function plannedSteps({ steps }: GameDayPlan, experiments: Experiments): PlannedStep[] {
  return steps.map((step) => {
    const spec = step.type === 'experiment' ? experiments.get(step.id) : undefined;
    return {
      words: stepWords(step, experiments),
      hurts: spec === undefined ? [] : faultLines(spec),
      missing: step.type === 'experiment' && spec === undefined,
    };
  });
}

export interface Told {
  /** Epoch ms. */
  at: number;
  words: string;
  verdict: Verdict | null;
  runId: string | null;
  kind: 'step' | 'note';
}

/** What has happened in a game day, its notes among the steps. */
export function told({ plan, done, notes }: GameDay, experiments: Experiments): Told[] {
  const steps = done.flatMap(({ startedAt, verdict, runId }, index): Told[] => {
    const step = plan.steps[index];
    if (step === undefined) return [];
    return [{ at: startedAt, words: stepWords(step, experiments), verdict, runId, kind: 'step' }];
  });
  const written = notes.map(
    ({ at, by, text }): Told => ({ at, words: `${by}: ${text}`, verdict: null, runId: null, kind: 'note' }),
  );
  return [...steps, ...written].sort((a, b) => a.at - b.at);
}
