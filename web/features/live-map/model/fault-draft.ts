import type { FaultSpec, FaultType } from '@stormglass/agents/contract';
import type { BreakOption } from './break-options.ts';
import {
  actionOf,
  hurtsCalls,
  lifeOf,
  type Made,
  NO_SHAPE,
  type Problems,
  SHARE,
  selectorOf,
  shapeOf,
  type Values,
} from './fault-form.ts';

/** A fault as the form holds it: every field as it was typed, valid or not. */
export interface FaultDraft {
  values: Values;
  /** Which calls, besides the share. */
  calls: Values;
  shape: string;
  shapeValues: Values;
  percentage: string;
  seconds: string;
}

/** What is wrong, by part of the form and field. Empty parts are fine. */
export interface DraftProblems {
  action: Problems;
  selector: Problems;
  shape: Problems;
  life: Problems;
}

export interface Checked {
  problems: DraftProblems;
  /** Null unless everything is right. */
  wish: Omit<FaultSpec, 'seed' | 'target' | 'position'> | null;
  /** Milliseconds and percent, as far as they are right. */
  durationMs: number | null;
  percentage: number | null;
}

const problemsOf = (made: Made<unknown>): Problems => (made.ok ? {} : made.problems);

/** Reads the whole form; a field that is wrong is named, and nothing else stands in for it. */
export function checkDraft(type: FaultType, draft: FaultDraft): Checked {
  const calls = hurtsCalls(type);
  const action = actionOf(type, draft.values);
  const selector = selectorOf(calls ? draft.percentage : String(SHARE.max), calls ? draft.calls : {});
  const shape = shapeOf(calls ? draft.shape : NO_SHAPE, draft.shapeValues);
  const life = lifeOf(draft.seconds);
  const problems = {
    action: problemsOf(action),
    selector: problemsOf(selector),
    shape: problemsOf(shape),
    life: problemsOf(life),
  };
  const wish =
    action.ok && selector.ok && shape.ok && life.ok
      ? {
          action: action.value,
          selector: selector.value,
          ...(shape.value === undefined ? {} : { shape: shape.value }),
          durationMs: life.value,
          reason: 'Armed from the live map',
        }
      : null;
  return {
    problems,
    wish,
    durationMs: life.ok ? life.value : null,
    percentage: selector.ok ? selector.value.percentage : null,
  };
}

/** How many fields are wrong. */
export function countProblems(problems: DraftProblems): number {
  return Object.values(problems).reduce((sum: number, part: Problems) => sum + Object.keys(part).length, 0);
}

/** The fault as the API wants it. Each arming has a seed of its own, so that a repeat needs the report's. */
export function specOf(
  option: Pick<BreakOption, 'target' | 'position'>,
  wish: NonNullable<Checked['wish']>,
): FaultSpec {
  const [seed = 1] = crypto.getRandomValues(new Uint32Array(1));
  return { ...wish, target: option.target, position: option.position, seed };
}
