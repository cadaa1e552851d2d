import { assertNever, type Timeline } from '@stormglass/agents/contract';
import type { Activity } from '../contract/index.ts';
import { isProbeProvider, patienceMs, readProbe } from '../probes/index.ts';
import { checkRecovered, waitEnded } from './recovering.ts';
import {
  emit,
  type Ledger,
  type RunEffect,
  type RunFacts,
  type RunState,
  type Step,
  withFinding,
} from './state.ts';

export type MethodState = Extract<RunState, { phase: 'method' }>;

/** Where the method goes: on within it, to its end, or to the reverting because nothing more makes sense. */
export type MethodMove =
  | { to: 'method'; state: MethodState; effects: RunEffect[] }
  | { to: 'recovering' | 'reverting'; ledger: Ledger; effects: RunEffect[] };

/** Begins the activity at `index`, or ends the method behind the last one. */
export function enterActivity(facts: RunFacts, index: number, ledger: Ledger, at: number): MethodMove {
  const activity = facts.spec.method[index];
  if (activity === undefined) return { to: 'recovering', ledger, effects: [] };
  if ((activity.pauses?.before ?? 0) > 0) {
    return moveTo(index, { at: 'pause-before', since: at }, ledger, []);
  }
  return begin(activity, index, ledger, at);
}

function moveTo(index: number, step: Step, ledger: Ledger, effects: RunEffect[]): MethodMove {
  return { to: 'method', state: { phase: 'method', index, step, ledger }, effects };
}

function begin(activity: Activity, index: number, ledger: Ledger, at: number): MethodMove {
  const started = emit({ type: 'activity-started', at, name: activity.name, kind: activity.type });
  switch (activity.provider.type) {
    case 'fault': {
      const arming = [...ledger.arming, { activity: index, askedAt: at }];
      const effects: RunEffect[] = [started, { type: 'arm', activity: index }];
      return moveTo(index, { at: 'acting', since: at }, { ...ledger, arming }, effects);
    }
    case 'control': {
      const effects: RunEffect[] = [started, { type: 'control', activity: index }];
      return moveTo(index, { at: 'acting', since: at }, ledger, effects);
    }
    case 'protection': {
      const { service, name } = activity.provider;
      // Noted before it is asked for: whatever comes of it, it is put back.
      const removed = [...ledger.removed, { service, name, end: null }];
      const effects: RunEffect[] = [started, { type: 'control', activity: index }];
      return moveTo(index, { at: 'acting', since: at }, { ...ledger, removed }, effects);
    }
    default:
      return moveTo(index, { at: 'probing', since: at }, ledger, [started]);
  }
}

/** Time passed in the method. */
export function tickMethod(
  facts: RunFacts,
  state: MethodState,
  input: { at: number; timeline: Timeline },
): MethodMove {
  const { step, index, ledger } = state;
  const activity = facts.spec.method[index];
  const stay: MethodMove = { to: 'method', state, effects: [] };
  if (activity === undefined) return { to: 'recovering', ledger, effects: [] };
  const waited = input.at - step.since;
  switch (step.at) {
    case 'pause-before':
      return waited >= (activity.pauses?.before ?? 0) * 1000
        ? begin(activity, index, ledger, input.at)
        : stay;
    case 'pause-after':
      return waited >= (activity.pauses?.after ?? 0) * 1000
        ? enterActivity(facts, index + 1, ledger, input.at)
        : stay;
    case 'acting': {
      if (waited <= facts.settings.graceMs) return stay;
      const output = `no answer within ${facts.settings.graceMs / 1000} s`;
      return actionFailed(activity, ledger, input.at, output);
    }
    case 'probing':
      return probe(facts, state, activity, input);
    default:
      return assertNever(step);
  }
}

function probe(
  facts: RunFacts,
  state: MethodState,
  activity: Activity,
  { at, timeline }: { at: number; timeline: Timeline },
): MethodMove {
  const { ledger, index, step } = state;
  const { provider } = activity;
  const stay: MethodMove = { to: 'method', state, effects: [] };
  if (provider.type === 'recovered') {
    const waited = checkRecovered(facts, ledger, at, step.since, provider.within * 1000);
    if (!waited.done) return stay;
    const effects = [waitEnded(activity.name, at, waited)];
    if (!waited.ok) return { to: 'reverting', ledger: waited.ledger, effects };
    return leave(facts, activity, index, waited.ledger, at, effects);
  }
  if (!isProbeProvider(provider)) return leave(facts, activity, index, ledger, at, []);
  const subject =
    activity.tolerance === undefined ? { provider } : { provider, tolerance: activity.tolerance };
  const reading = readProbe(subject, timeline, { at, since: ledger.methodAt });
  if (reading.ok !== true && at - step.since < patienceMs(provider)) return stay;
  const ended = emit({
    type: 'activity-ended',
    at,
    name: activity.name,
    kind: activity.type,
    ok: reading.ok === true,
    output: reading.output,
  });
  const why = `${activity.name}: ${reading.output}`;
  const next =
    reading.ok === true
      ? ledger
      : withFinding(ledger, reading.ok === null ? 'inconclusive' : 'deviated', why);
  return leave(facts, activity, index, next, at, [ended]);
}

/** The current activity is done: pauses, then goes on. */
export function leave(
  facts: RunFacts,
  activity: Activity,
  index: number,
  ledger: Ledger,
  at: number,
  effects: RunEffect[],
): MethodMove {
  if ((activity.pauses?.after ?? 0) > 0) {
    return moveTo(index, { at: 'pause-after', since: at }, ledger, effects);
  }
  const next = enterActivity(facts, index + 1, ledger, at);
  return { ...next, effects: [...effects, ...next.effects] };
}

/** An action could not be done: what follows would prove nothing, so the run goes to its reverting. */
export function actionFailed(activity: Activity, ledger: Ledger, at: number, output: string): MethodMove {
  const ended = emit({
    type: 'activity-ended',
    at,
    name: activity.name,
    kind: activity.type,
    ok: false,
    output,
  });
  const why = `${activity.name}: ${output}`;
  return { to: 'reverting', ledger: withFinding(ledger, 'injection-failed', why), effects: [ended] };
}
